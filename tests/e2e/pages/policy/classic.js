openChat(PolyMessaging);
