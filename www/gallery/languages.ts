/** A short conversation in each language of the widget: Ada's greeting, a question, an answer, and an offer. */

/** In one language. */
export interface Conversation {
  greeting: string;
  question: string;
  answer: string;
  thanks: string;
  offer: string;
  suggestions: readonly string[];
}

/** By language code. */
export const CONVERSATIONS = {
  "es-ES": {
    greeting: "¡Hola! Soy Ada, la asistente de The Corner Table. ¿En qué puedo ayudarle?",
    question: "¿A qué hora abren el domingo?",
    answer:
      "El domingo abrimos de **12:00 a 23:00**; la cocina cierra a las 22:00. Tenemos una mesa libre junto a la ventana a las 19:30.",
    thanks: "¡Estupendo, muchas gracias!",
    offer: "Con mucho gusto. ¿Le reservo esa mesa?",
    suggestions: ["Reservar una mesa", "Ver la carta", "Hablar con una persona"],
  },
  "fr-FR": {
    greeting: "Bonjour ! Je suis Ada, l’assistante de The Corner Table. Que puis-je faire pour vous ?",
    question: "À quelle heure ouvrez-vous dimanche ?",
    answer:
      "Dimanche, nous ouvrons de **12 h à 23 h** ; la cuisine ferme à 22 h. Il nous reste une table près de la fenêtre à 19 h 30.",
    thanks: "Parfait, merci beaucoup !",
    offer: "Avec plaisir. Je vous réserve cette table ?",
    suggestions: ["Réserver une table", "Voir la carte", "Parler à quelqu’un"],
  },
  "de-DE": {
    greeting: "Guten Tag! Ich bin Ada, die Assistentin von The Corner Table. Was kann ich für Sie tun?",
    question: "Wann haben Sie am Sonntag geöffnet?",
    answer:
      "Am Sonntag haben wir von **12 bis 23 Uhr** geöffnet, die Küche schließt um 22 Uhr. Um 19:30 Uhr ist noch ein Tisch am Fenster frei.",
    thanks: "Wunderbar, vielen Dank!",
    offer: "Sehr gern. Soll ich den Tisch für Sie reservieren?",
    suggestions: ["Tisch reservieren", "Speisekarte ansehen", "Mit einem Menschen sprechen"],
  },
  ar: {
    greeting: "مرحبًا! أنا آدا، مساعدة مطعم The Corner Table. كيف يمكنني مساعدتك؟",
    question: "متى تفتحون يوم الأحد؟",
    answer:
      "نفتح يوم الأحد من **الساعة 12 ظهرًا حتى 11 مساءً**، ويُغلق المطبخ عند العاشرة. لدينا طاولة شاغرة بجانب النافذة في الساعة 7:30.",
    thanks: "رائع، شكرًا جزيلًا!",
    offer: "على الرحب والسعة. هل أحجز لك هذه الطاولة؟",
    suggestions: ["حجز طاولة", "قائمة الطعام", "التحدث إلى موظف"],
  },
  "ja-JP": {
    greeting: "こんにちは。The Corner Table のアシスタント、エイダです。ご用件をお聞かせください。",
    question: "日曜日は何時に開きますか？",
    answer:
      "日曜日は**12時から23時まで**営業しております。ラストオーダーは22時です。19時30分に窓際のお席が空いております。",
    thanks: "ありがとうございます。助かります。",
    offer: "どういたしまして。そのお席をご予約なさいますか？",
    suggestions: ["席を予約する", "メニューを見る", "スタッフと話す"],
  },
} as const satisfies Record<string, Conversation>;
