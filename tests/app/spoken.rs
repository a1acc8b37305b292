//! The window for whoever hears it: every control has a name, strips and rules are read, refusals are announced.

use super::{click, harness};
use egui::accesskit::{Live, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use ketasim::app::App;
use ketasim::units::Time;

/// Role, name and value of every node, in reading order.
fn tree(harness: &Harness<'static, App>) -> Vec<(Role, String, String)> {
    let mut list = Vec::new();
    for node in harness.root().children_recursive() {
        let node = node.accesskit_node();
        let words = |text: Option<String>| text.unwrap_or_default();
        list.push((node.role(), words(node.label()), words(node.value())));
    }
    list
}

const CONTROLS: [Role; 9] = [
    Role::Button,
    Role::CheckBox,
    Role::TextInput,
    Role::MultilineTextInput,
    Role::SpinButton,
    Role::ComboBox,
    Role::Slider,
    Role::RadioButton,
    Role::Link,
];

#[test]
fn every_control_has_a_name_in_every_mode() {
    let mut harness = harness();
    let modes = ketasim::app::Mode::ALL.map(|mode| mode.shape().name);
    let more = ["people", "Try the sample visit", "Replace mine by the sample", "Course", "?"];
    let steps = [&modes[..1], &more[..1], &modes[1..], &more[1..]].concat();
    for mode in steps {
        click(&mut harness, mode);
        harness.run_steps(3);
        let nameless: Vec<_> = tree(&harness)
            .into_iter()
            .filter(|(role, name, _)| CONTROLS.contains(role) && name.trim().is_empty())
            .collect();
        assert!(nameless.is_empty(), "{mode}: {nameless:?}");
    }
}

#[test]
fn controls_are_named_by_their_arm_and_tell_their_value() {
    let harness = harness();
    let tree = tree(&harness);
    for arm in ["IV", "IM", "SL", "IN"] {
        let own = tree.iter().filter(|(role, name, _)| CONTROLS.contains(role) && name.split(' ').any(|w| w == arm));
        assert!(own.count() >= 3, "{arm}");
    }
    let amount = tree.iter().find(|(_, name, _)| name == "IV amount").unwrap();
    assert!(amount.2.contains("0.5"), "{amount:?}");
    // strips and the rule below them, each by itself
    for arm in ["IV", "IM", "SL", "IN"] {
        let strip =
            tree.iter().find(|(role, name, _)| *role == Role::Label && name.starts_with(&format!("{arm}: may begin")));
        assert!(strip.is_some_and(|s| s.1.contains("main effects fading") && s.1.contains("staff decide")), "{arm}");
    }
    assert!(tree.iter().any(|(_, name, _)| name == ketasim::figure::RULE_BAR));
    // reading order: the arms as they stand, before what is drawn of them
    let at = |name: &str| tree.iter().position(|(_, n, _)| n == name).unwrap();
    assert!(at("IV amount") < at("IM amount") && at("IM amount") < at("SL amount"));
    let toolbar = ["Compare", "Title", "Undo", "Redo", "File", "Export", "Points", "dark", "projector", "?"].map(at);
    assert!(toolbar.is_sorted(), "{toolbar:?}");
    // no two controls have one name
    let mut names: Vec<_> = tree.iter().filter(|(role, ..)| CONTROLS.contains(role)).map(|(_, name, _)| name).collect();
    names.sort();
    let twice: Vec<_> = names.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn a_refusal_is_announced_once() {
    let mut harness = harness();
    harness.state_mut().state.scenario.arms[1].doses[0].time = Time::from_hours(9.0);
    harness.run_ok();
    let live: Vec<String> = harness
        .root()
        .children_recursive()
        .filter(|n| n.accesskit_node().role() == Role::Label && n.accesskit_node().live() != Live::Off)
        .map(|n| n.accesskit_node().label().or(n.accesskit_node().value()).unwrap_or_default())
        .collect();
    assert_eq!(live.len(), 1, "{live:?}");
    assert!(live[0].contains("after the end of the simulation"), "{live:?}");
}
