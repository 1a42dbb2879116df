//! Script files: what the agent says, to what, and what else happens then.
//!
//! A script is TOML. `scripts/ada.toml` is the one that is built in, and its comments explain each word.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

/// The name of the step that ends a sequence of steps.
const DONE: &str = "done";

/// What an agent says and does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub(crate) agent: Agent,
    pub(crate) live_agent: LiveAgent,
    pub(crate) client_handoff: ClientHandoff,
    pub(crate) greeting: Reply,
    pub(crate) welcome_back: Reply,
    #[serde(rename = "rule")]
    pub(crate) rules: Vec<Rule>,
}

/// Why a script cannot be used. Its text says where and what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ScriptError(String);

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScriptError {}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Agent {
    pub(crate) name: String,
    pub(crate) avatar: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveAgent {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) avatar: String,
    pub(crate) queue: String,
    /// The places in the queue that are announced, one after the other.
    pub(crate) positions: Vec<u32>,
    pub(crate) seconds_per_position: u32,
    pub(crate) hello: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientHandoff {
    pub(crate) reason: String,
    pub(crate) queue: String,
    pub(crate) route: String,
}

/// Something said, with all that goes with it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Reply {
    pub(crate) say: String,
    pub(crate) suggestions: Vec<String>,
    pub(crate) links: Vec<Link>,
    pub(crate) images: Vec<Image>,
    pub(crate) calls: Vec<Call>,
    /// In one message, even where replies are streamed.
    pub(crate) whole: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) image: Option<String>,
    pub(crate) button: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    pub(crate) title: String,
    pub(crate) url: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    pub(crate) title: String,
    pub(crate) number: String,
}

/// When the user says this, that happens. The fields of the reply stand beside the others in the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rule {
    when: Vec<String>,
    /// `Some`: only at this step of the conversation.
    step: Option<String>,
    /// `Some`: only while the conversation is in this language.
    language: Option<String>,
    who: Speaker,
    pub(crate) remember: Option<String>,
    pub(crate) then: Option<String>,
    pub(crate) set_language: Option<String>,
    pub(crate) system: Vec<SystemText>,
    pub(crate) handoff: Option<Handoff>,
    /// Said when a handoff has failed or timed out.
    pub(crate) afterwards: Option<String>,
    /// The live agent hands back.
    pub(crate) back: bool,
    pub(crate) end: bool,
    say: String,
    suggestions: Vec<String>,
    links: Vec<Link>,
    images: Vec<Image>,
    calls: Vec<Call>,
    whole: bool,
}

/// Who the user is talking to.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Speaker {
    #[default]
    Agent,
    LiveAgent,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Handoff {
    Live,
    Client,
    Fail,
    Timeout,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SystemText {
    pub(crate) level: Level,
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    pub(crate) fn wire_name(self) -> &'static str {
        match self {
            Self::Info => "SYSTEM_MESSAGE_LEVEL_INFO",
            Self::Warning => "SYSTEM_MESSAGE_LEVEL_WARNING",
            Self::Error => "SYSTEM_MESSAGE_LEVEL_ERROR",
        }
    }
}

/// Where a conversation stands: what a rule is chosen by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation<'a> {
    pub(crate) who: Speaker,
    pub(crate) step: Option<&'a str>,
    pub(crate) language: Option<&'a str>,
}

impl Script {
    /// Ada, who books tables: the script that is built in.
    pub fn ada() -> Self {
        Self::parse(include_str!("../../scripts/ada.toml")).expect("the built-in script is valid")
    }

    /// Reads a script.
    ///
    /// # Errors
    /// The text says where the file is wrong, or which rule asks for something that does not exist.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let script: Self = toml::from_str(text).map_err(|error| ScriptError(error.to_string()))?;
        script.check()?;
        Ok(script)
    }

    /// The rule for what the user said: one of the step that knows the words, else one of no step that does, else the
    /// step's own catch-all, else the catch-all. The first in the file wins, but a rule for the current language comes
    /// before one for all.
    pub(crate) fn rule_for(&self, said: &str, at: Situation<'_>) -> Option<&Rule> {
        let said = words(said);
        let find = |in_step: bool, by_words: bool| {
            let fits = |rule: &&Rule| {
                rule.who == at.who
                    && rule.when.is_empty() != by_words
                    && (if in_step {
                        rule.step.is_some() && rule.step.as_deref() == at.step
                    } else {
                        rule.step.is_none()
                    })
                    && (!by_words || rule.when.iter().any(|phrase| contains(&said, &words(phrase))))
            };
            let for_language = |rule: &&Rule| rule.language.is_some() && rule.language.as_deref() == at.language;
            self.rules
                .iter()
                .filter(fits)
                .find(for_language)
                .or_else(|| self.rules.iter().filter(fits).find(|rule| rule.language.is_none()))
        };
        find(true, true).or_else(|| find(false, true)).or_else(|| find(true, false)).or_else(|| find(false, false))
    }

    fn check(&self) -> Result<(), ScriptError> {
        let steps: BTreeSet<_> = self.rules.iter().filter_map(|rule| rule.step.as_deref()).collect();
        let mut names: BTreeSet<_> = self.rules.iter().filter_map(|rule| rule.remember.as_deref()).collect();
        names.insert("said");
        let fail = |text: String| Err(ScriptError(text));
        for rule in &self.rules {
            let name = rule.when.first().map_or("(catch-all)", String::as_str);
            if let Some(then) = rule.then.as_deref().filter(|then| *then != DONE && !steps.contains(then)) {
                return fail(format!("rule “{name}”: `then` names the step “{then}”, which no rule has"));
            }
            if let Some(phrase) = rule.when.iter().find(|phrase| words(phrase).is_empty()) {
                return fail(format!("rule “{name}”: `when` holds “{phrase}”, which has no word"));
            }
            if rule.who == Speaker::LiveAgent && rule.handoff.is_some() {
                return fail(format!("rule “{name}”: a live agent does not hand off; use `back`"));
            }
            if rule.who == Speaker::Agent && rule.back {
                return fail(format!("rule “{name}”: only a live agent hands back; set `who = \"live_agent\"`"));
            }
            let texts = [&rule.say, rule.afterwards.as_ref().unwrap_or(&rule.say)];
            let texts = texts.into_iter().chain(&rule.suggestions);
            if let Some(unknown) = texts.flat_map(|text| placeholders(text)).find(|found| !names.contains(found)) {
                return fail(format!("rule “{name}”: nothing is remembered as “{unknown}”"));
            }
        }
        for who in [Speaker::Agent, Speaker::LiveAgent] {
            let catch_all =
                |rule: &Rule| rule.who == who && rule.when.is_empty() && rule.step.is_none() && rule.language.is_none();
            if !self.rules.iter().any(catch_all) {
                return fail(format!(
                    "one rule of {who:?} must have neither `when`, `step` nor `language`: the catch-all"
                ));
            }
        }
        Ok(())
    }
}

impl Rule {
    pub(crate) fn reply(&self) -> Reply {
        Reply {
            say: self.say.clone(),
            suggestions: self.suggestions.clone(),
            links: self.links.clone(),
            images: self.images.clone(),
            calls: self.calls.clone(),
            whole: self.whole,
        }
    }

    /// The step after this rule, given the one before it.
    pub(crate) fn step_after(&self, current: Option<String>) -> Option<String> {
        match self.then.as_deref() {
            None => current,
            Some(DONE) => None,
            Some(then) => Some(then.to_owned()),
        }
    }
}

/// The words of a text, in lower case, without punctuation.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['\'', '’'], "");
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether the words of a phrase stand in a text, next to each other and in order.
fn contains(said: &[String], phrase: &[String]) -> bool {
    said.windows(phrase.len().max(1)).any(|window| window == phrase)
}

/// The names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(script: &Script, said: &str, step: Option<&str>, language: Option<&str>, who: Speaker) -> String {
        script.rule_for(said, Situation { who, step, language }).expect("a catch-all").say.clone()
    }

    fn with_rules(rules: &str) -> Result<Script, ScriptError> {
        let head = include_str!("../../scripts/ada.toml").split("\n[[rule]]").next().expect("a head");
        Script::parse(&format!("{head}\n{rules}"))
    }

    const CATCH_ALLS: &str = "[[rule]]\nsay = \"ada: {said}\"\n[[rule]]\nwho = \"live_agent\"\nsay = \"sarah\"\n";

    #[test]
    fn the_built_in_script_is_valid() {
        assert_eq!(Script::ada().agent.name, "Ada");
    }

    #[test]
    fn words_match_whatever_their_case_and_punctuation() {
        let script =
            with_rules(&format!("[[rule]]\nwhen = [\"That's all\"]\nsay = \"bye\"\n{CATCH_ALLS}")).expect("valid");
        let at = |said| say(&script, said, None, None, Speaker::Agent);
        assert_eq!(at("thanks, THATS ALL!"), "bye");
        assert_eq!(at("thats quite all"), "ada: {said}");
        assert_eq!(at("thats allowed"), "ada: {said}");
        assert_eq!(at(""), "ada: {said}");
    }

    #[test]
    fn a_step_knows_its_words_first_and_catches_last() {
        let rules = "[[rule]]\nstep = \"day\"\nwhen = [\"friday\"]\nsay = \"step word\"\n\
            [[rule]]\nstep = \"day\"\nsay = \"step\"\n[[rule]]\nwhen = [\"friday\", \"human\"]\nsay = \"word\"\n";
        let script = with_rules(&format!("{rules}{CATCH_ALLS}")).expect("valid");
        let at = |said, step| say(&script, said, step, None, Speaker::Agent);
        assert_eq!(at("friday", Some("day")), "step word");
        assert_eq!(at("a human please", Some("day")), "word");
        assert_eq!(at("anything", Some("day")), "step");
        assert_eq!(at("friday", None), "word");
        assert_eq!(at("anything", None), "ada: {said}");
    }

    #[test]
    fn a_rule_for_the_language_comes_before_one_for_all() {
        let rules = "[[rule]]\nlanguage = \"es-ES\"\nsay = \"hola\"\n";
        let script = with_rules(&format!("{CATCH_ALLS}{rules}")).expect("valid");
        assert_eq!(say(&script, "x", None, Some("es-ES"), Speaker::Agent), "hola");
        assert_eq!(say(&script, "x", None, None, Speaker::Agent), "ada: {said}");
        assert_eq!(say(&script, "x", None, Some("es-ES"), Speaker::LiveAgent), "sarah");
    }

    #[test]
    fn a_wrong_script_says_what_is_wrong() {
        for (rules, expected) in [
            (format!("[[rule]]\nthen = \"nowhere\"\n{CATCH_ALLS}"), "nowhere"),
            (format!("[[rule]]\nwhen = [\"?!\"]\n{CATCH_ALLS}"), "no word"),
            (format!("[[rule]]\nsay = \"{{day}}\"\n{CATCH_ALLS}"), "remembered as “day”"),
            (format!("[[rule]]\nback = true\n{CATCH_ALLS}"), "hands back"),
            (format!("[[rule]]\nsays = \"x\"\n{CATCH_ALLS}"), "says"),
            ("[[rule]]\nwhen = [\"x\"]\n".to_owned(), "catch-all"),
        ] {
            let error = with_rules(&rules).expect_err(&rules).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
