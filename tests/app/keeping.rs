//! Work is never lost: kept soon, kept whole, set aside where it cannot be shown, and never by two windows in one file.

use super::{click, says};
use egui_kittest::Harness;
use ketasim::app::{App, Keeper, flush};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What waits to be written is one for the whole program: such tests take turns.
static TURN: Mutex<()> = Mutex::new(());

/// A folder of one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ketasim-keeping-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn window(folder: &Path) -> App {
    let mut app = App::new().unwrap();
    app.keep_in(Keeper::new(folder, &egui::Context::default()).unwrap());
    app
}

fn shown(app: App) -> Harness<'static, App> {
    let ui = |ui: &mut egui::Ui, app: &mut App| {
        let ctx = ui.ctx().clone();
        app.frame(|app| app.advance(&ctx));
        app.show(ui);
    };
    let builder = Harness::builder().with_size([1280.0, 800.0]).with_context_setup(App::install);
    let mut harness = builder.build_ui_state(ui, app);
    harness.run_steps(3);
    harness
}

fn said(app: &App) -> String {
    match &app.message {
        Some(Ok(text)) => text.clone(),
        Some(Err(error)) => error.to_string(),
        None => String::new(),
    }
}

/// A kept file with this scenario in it.
fn kept(scenario: &str) -> String {
    let entries = std::collections::BTreeMap::from([("scenario", scenario), ("look", "dark = true\n")]);
    ron::ser::to_string_pretty(&entries, ron::ser::PrettyConfig::default()).unwrap()
}

const ARM: &str =
    "[[arm]]\nlabel = 'IV'\ndrug = 'ketamine'\n[[arm.dose]]\nroute = 'iv'\namount = '35 mg'\nduration = '40 min'\n";

#[test]
fn an_edit_is_kept_without_any_further_frame() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Folder::new("soon");
    let mut harness = shown(window(&folder.0));
    harness.state_mut().state.scenario.title = "Mine".to_owned();
    harness.step();
    let file = folder.0.join("app.ron");
    let since = Instant::now();
    let there = || std::fs::read_to_string(&file).is_ok_and(|t| t.contains("Mine"));
    while !there() {
        assert!(since.elapsed() < Duration::from_secs(20), "nothing is kept");
        std::thread::sleep(Duration::from_millis(50));
    }
    // an end from outside writes at once
    harness.state_mut().state.scenario.title = "Mine, later".to_owned();
    harness.step();
    flush().unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("Mine, later"));
    drop(harness);
    assert_eq!(window(&folder.0).state.scenario.title, "Mine, later");
    assert!(folder.names().iter().all(|n| !n.ends_with(".part")), "{:?}", folder.names());
}

/// Whatever the file holds: the window opens, and the file is shown or set aside whole, with a word.
#[test]
fn what_cannot_be_shown_is_set_aside_and_said() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let whole = kept(ARM);
    let newer = whole.replacen('{', "{\n\"format\": \"3\",", 1);
    let damaged: Vec<(String, &str)> = vec![
        (String::new(), "empty"),
        ("\n \n".to_owned(), "empty"),
        ("not ron".to_owned(), "damaged"),
        (whole[..whole.len() / 2].to_owned(), "damaged"),
        (whole.replace("scenario", "scen\u{0}ario").replace(':', "="), "damaged"),
        ("[1, 2, 3]".to_owned(), "damaged"),
        ("{\"scenario\": 3}".to_owned(), "damaged"),
        ("{".repeat(10_000), "damaged"),
        (newer, "newer version"),
        (whole.replacen('{', "{\n\"format\": \"soon\",", 1), "newer version"),
        (kept("format = 2\n"), "newer version"),
        (kept("format = 1\nnobody = 'knows'\n"), "no key"),
        (kept("horizon = '4 furlongs'\n"), "unknown unit"),
        (kept("[clinic]\nstay = '99999999999999999 h'\n"), "cannot be meant"),
        (kept("[clinic]\nvisits = 4294967295\n"), "cannot be meant"),
        (kept("[clinic]\nno_alcohol = '-24 h'\n"), "cannot be meant"),
        (kept("[[arm]]\n"), ""),
        (kept("title = [\n"), ""),
    ];
    assert_eq!(damaged.len(), 18);
    for (n, (text, why)) in damaged.iter().enumerate() {
        let folder = Folder::new(&format!("aside-{n}"));
        std::fs::write(folder.0.join("app.ron"), text).unwrap();
        let app = window(&folder.0);
        assert_eq!(app.state.scenario, App::new().unwrap().state.scenario, "{n}");
        let told = said(&app);
        assert!(told.contains("set aside as") && told.contains("app-set-aside-1.ron"), "{n}: {told}");
        assert!(told.contains(why), "{n}: {told}");
        assert_eq!(&std::fs::read_to_string(folder.0.join("app-set-aside-1.ron")).unwrap(), text, "{n}");
        let mut harness = shown(app);
        harness.step();
        assert!(harness.state().fault.is_none(), "{n}");
    }
}

/// Work that can be neither shown nor set aside is not written over.
#[test]
fn what_cannot_be_set_aside_is_left_as_it_is() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Folder::new("no-name-left");
    (1..=1000).for_each(|n| std::fs::write(folder.0.join(format!("app-set-aside-{n}.ron")), "").unwrap());
    std::fs::write(folder.0.join("app.ron"), "hours of work, damaged").unwrap();
    let app = window(&folder.0);
    assert!(said(&app).contains("cannot be set aside"), "{}", said(&app));
    let mut harness = shown(app);
    harness.state_mut().state.scenario.title = "Mine".to_owned();
    harness.step();
    flush().unwrap();
    assert_eq!(std::fs::read_to_string(folder.0.join("app.ron")).unwrap(), "hours of work, damaged");
}

/// What can be read is shown with its fault, and kept as it is.
#[test]
fn a_scenario_with_a_fault_is_shown_with_it() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let twice = format!("title = 'Hours of work'\n{ARM}{ARM}");
    let own = format!("title = 'Hours of work'\n{}", ARM.replace("drug =", "model = 'my-own'\ndrug ="));
    let drug = format!("title = 'Hours of work'\n{}", ARM.replace("'ketamine'", "'no such drug'"));
    for (n, scenario) in
        [twice, own, drug, format!("title = 'Hours of work'\nhorizon = '9000 d'\n{ARM}")].iter().enumerate()
    {
        let folder = Folder::new(&format!("fault-{n}"));
        std::fs::write(folder.0.join("app.ron"), kept(scenario)).unwrap();
        let app = window(&folder.0);
        assert_eq!(app.state.scenario.title, "Hours of work", "{n}: {}", said(&app));
        assert!(app.state.look.dark);
        let harness = shown(app);
        assert!(harness.state().shown.first_error().is_some(), "{n}: nothing is said of its fault");
        drop(harness);
        assert_eq!(window(&folder.0).state.scenario.title, "Hours of work", "{n}");
    }
}

/// How something is looked at keeps its number when it gets another name in the code.
#[test]
fn a_look_that_was_kept_under_an_older_name_is_read() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for (n, name) in ["crowd", "sample"].into_iter().enumerate() {
        let folder = Folder::new(&format!("name-{n}"));
        let scenario = format!("title = 'x'\n{ARM}");
        let look = format!("dark = true\n[view]\n{name} = 140\npeople = true\n");
        let entries = std::collections::BTreeMap::from([("scenario", scenario.as_str()), ("look", &look)]);
        std::fs::write(folder.0.join("app.ron"), ron::ser::to_string(&entries).unwrap()).unwrap();
        let app = window(&folder.0);
        assert_eq!((app.state.look.view.sample, app.state.look.view.people), (140, true), "{name}");
    }
}

#[test]
fn two_windows_have_two_files() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Folder::new("two");
    let keep = |app: App, title: &str| {
        let mut harness = shown(app);
        harness.state_mut().state.scenario.title = title.to_owned();
        harness.step();
        flush().unwrap();
        harness
    };
    let first = keep(window(&folder.0), "first");
    let second = window(&folder.0);
    assert!(
        said(&second).contains("another window is open") && said(&second).contains("app-2.ron"),
        "{}",
        said(&second)
    );
    let second = keep(second, "second");
    let third = keep(window(&folder.0), "third");
    drop((first, second, third));
    let read = |name: &str| std::fs::read_to_string(folder.0.join(name)).unwrap();
    for (name, title) in [("app.ron", "first"), ("app-2.ron", "second"), ("app-3.ron", "third")] {
        assert!(read(name).contains(title), "{name}");
    }
    assert_eq!(window(&folder.0).state.scenario.title, "first");
}

/// Very many doses are worked out beside the window: no frame waits, nothing else is said meanwhile, and then they are there.
#[test]
fn very_many_doses_hold_no_frame_up() {
    let many = "repeat = { every = '3 h', additional = 99 }\n";
    let mut app = App::new().unwrap();
    app.state.scenario = ketasim::scenario::Scenario::read("many", &format!("horizon = '20 d'\n{ARM}{many}")).unwrap();
    let mut harness = shown(app);
    if harness.state().shown.progress().is_some() {
        assert!(says(&harness, "Working out the curves") && !says(&harness, "Add a route to begin"));
        // stopped they stay stopped, and go on when asked to
        click(&mut harness, "Stop");
        assert!(says(&harness, "The curves were stopped") && harness.state().shown.progress().is_none());
        click(&mut harness, "Go on");
    }
    let since = Instant::now();
    while harness.state().shown.outcome.is_none() {
        assert!(since.elapsed() < Duration::from_secs(120), "the curves never come");
        std::thread::sleep(Duration::from_millis(20));
        harness.step();
    }
    assert_eq!(harness.state().shown.outcome.as_ref().unwrap().arms[0].doses.len(), 100);
    assert!(harness.state().shown.progress().is_none());
}

#[test]
fn a_fault_inside_a_frame_keeps_window_and_work() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Folder::new("frame");
    let mut harness = shown(window(&folder.0));
    harness.state_mut().state.scenario.title = "Before the fault".to_owned();
    harness.step();
    harness.state_mut().frame(|app| {
        app.state.scenario.arms.clear();
        unreachable!("a part that fails")
    });
    harness.run_steps(2);
    assert!(says(&harness, "A part of ketasim failed") && says(&harness, "a part that fails"));
    assert!(says(&harness, "work-before-fault-1.toml"));
    let copy = std::fs::read_to_string(folder.0.join("work-before-fault-1.toml")).unwrap();
    assert!(copy.contains("Before the fault") && copy.contains("[[arm]]"));
    click(&mut harness, "Go on as it was");
    harness.run_steps(2);
    assert_eq!(harness.state().state.scenario.title, "Before the fault");
    assert!(harness.state().fault.is_none() && harness.state().shown.outcome.is_some());
}
