//! Every mode of the window has a name, a key and pictures; it is reached by both, and all of it is spoken.

use super::{click, harness, says};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use ketasim::app::{App, Mode, Purpose};
use ketasim::export::Format;
use std::path::PathBuf;

#[test]
fn every_mode_has_a_name_and_a_key_of_its_own_and_is_reached_by_both() {
    let mut harness = harness();
    let mut seen = Vec::new();
    for mode in Mode::ALL {
        let shape = mode.shape();
        assert!(!shape.name.is_empty() && !shape.help.is_empty() && !shape.pictures.is_empty(), "{}", shape.name);
        assert!(!seen.contains(&(shape.name, shape.key)), "{}", shape.name);
        assert!(!seen.iter().any(|(name, key)| *name == shape.name || *key == shape.key), "{}", shape.name);
        seen.push((shape.name, shape.key));
        for files in shape.pictures.windows(2) {
            assert_ne!(files[0], files[1], "{}", shape.name);
        }
    }
    for from in Mode::ALL {
        for to in Mode::ALL {
            harness.state_mut().state.look.mode = from;
            harness.run_steps(2);
            click(&mut harness, to.shape().name);
            assert_eq!(harness.state().state.look.mode, to, "by its name");
            harness.state_mut().state.look.mode = from;
            harness.run_steps(2);
            harness.key_press_modifiers(egui::Modifiers::COMMAND, to.shape().key);
            harness.run_steps(2);
            assert_eq!(harness.state().state.look.mode, to, "by its key");
        }
    }
}

/// What is kept of a window names its mode; one that no window has any more leads to the opening screen.
#[test]
fn every_mode_is_kept() {
    for mode in Mode::ALL {
        let mut app = App::new().unwrap();
        app.state.look.mode = mode;
        let mut again = App::new().unwrap();
        again.restore(&app.state.entries()).unwrap();
        assert_eq!(again.state.look.mode, mode);
    }
}

/// A folder of one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ketasim-modes-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Waits until whatever runs beside the window has come.
fn rested(harness: &mut Harness<'static, App>) {
    for _ in 0..400 {
        harness.run_ok();
        let app = harness.state();
        let people = !app.state.look.view.people || app.people.settled;
        let visit = app.state.look.mode != Mode::Timeline || app.visit.progress().is_none();
        if people && visit {
            harness.run_ok();
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    unreachable!("it never rests");
}

/// A window in which every picture can be drawn: people are on, and the made-up clinic is filled in.
fn with_everything() -> Harness<'static, App> {
    let mut harness = harness();
    harness.state_mut().state.look.mode = Mode::Timeline;
    harness.run_ok();
    click(&mut harness, "Try the sample visit");
    click(&mut harness, "Replace mine by the sample");
    harness.state_mut().state.look.view.sample = 60;
    harness.state_mut().state.look.view.people = true;
    rested(&mut harness);
    harness
}

/// Chooses an entry of the menu of exports, and a path in the dialog that opens.
fn export(harness: &mut Harness<'static, App>, picture: &str, nth: usize, format: Format, path: &str) {
    click(harness, "Export");
    if nth > 0 {
        // the menu of a further picture
        harness.get_all_by_label_contains(picture).next().unwrap().click();
        harness.run_ok();
    }
    click(harness, &format!("{picture} as {}…", format.extension().to_uppercase()));
    super::type_path(harness, path);
}

#[test]
fn every_picture_of_every_mode_is_exported_from_its_menu() {
    let folder = Folder::new("exports");
    let mut harness = with_everything();
    for mode in Mode::ALL {
        harness.state_mut().state.look.mode = mode;
        rested(&mut harness);
        for (nth, picture) in mode.shape().pictures.iter().enumerate() {
            for format in Format::ALL {
                // one format through the menu, the others by the same act
                let path = folder.0.join(format!("{}.{}", picture.file, format.extension()));
                if format == Format::Svg {
                    export(&mut harness, picture.name, nth, format, path.to_str().unwrap());
                    assert!(says(&harness, "wrote "), "{}: {:?}", picture.name, harness.state().message);
                } else {
                    std::fs::write(&path, (picture.bytes)(harness.state(), format).unwrap()).unwrap();
                }
                let bytes = std::fs::read(&path).unwrap();
                let begins: &[u8] = match format {
                    Format::Svg => b"<svg ",
                    Format::Png => b"\x89PNG",
                    Format::Pdf => b"%PDF",
                };
                assert!(bytes.starts_with(begins), "{}", path.display());
            }
            let svg = std::fs::read_to_string(folder.0.join(format!("{}.svg", picture.file))).unwrap();
            assert!(svg.contains("<title id=\"title\">") && svg.contains("<desc id=\"desc\">"), "{}", picture.name);
            let ends = ["Education only", "Not for choosing a dose"];
            assert!(ends.iter().any(|end| svg.contains(end)), "{} says what it is not for", picture.name);
        }
    }
}

/// What is not there is refused with what would help, and nothing is written.
#[test]
fn a_picture_that_is_not_there_says_what_would_help() {
    let mut harness = harness();
    for mode in Mode::ALL {
        harness.state_mut().state.look.mode = mode;
        harness.state_mut().state.scenario.arms.iter_mut().for_each(|arm| arm.on = false);
        harness.run_steps(3);
        for picture in mode.shape().pictures {
            if let Err(error) = (picture.bytes)(harness.state(), Format::Svg) {
                assert!(error.what_would_work().is_some(), "{}: {error}", picture.name);
            }
        }
    }
    // people are off
    let folder = Folder::new("missing");
    let mut harness = super::harness();
    let people = Mode::Compare.shape().pictures[1];
    let error = (people.bytes)(harness.state(), Format::Svg).unwrap_err();
    assert_eq!(error.what_would_work(), Some("switch people on"));
    let path = folder.0.join("people.svg");
    harness.state_mut().ask(Purpose::Picture(people, Format::Svg));
    harness.run_ok();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_ok();
    harness.event(egui::Event::Text(path.display().to_string()));
    harness.run_ok();
    harness.key_press(egui::Key::Enter);
    harness.run_ok();
    assert!(!path.exists() && harness.state().message.as_ref().unwrap().is_err());
}

/// A picture of one arm that cannot be run is never handed out as if it could.
#[test]
fn a_tornado_of_an_arm_that_cannot_be_run_is_refused() {
    let mut harness = harness();
    harness.state_mut().state.look.mode = Mode::Evidence;
    harness.run_ok();
    let tornado = Mode::Evidence.shape().pictures.iter().find(|p| p.file == "tornado").copied().unwrap();
    assert!((tornado.bytes)(harness.state(), Format::Svg).is_ok());
    harness.state_mut().state.scenario.arms[0].doses[0].time = ketasim::units::Time::from_hours(9.0);
    harness.run_ok();
    let error = (tornado.bytes)(harness.state(), Format::Svg).unwrap_err();
    assert!(error.what().contains("after the end of the simulation"), "{error}");
}

/// Pictures to look at, where KETASIM_PICTURES says.
#[test]
#[ignore = "writes files, for people who look at them"]
fn write_pictures() {
    let folder = std::env::var("KETASIM_PICTURES").unwrap();
    let mut harness = with_everything();
    for mode in Mode::ALL {
        harness.state_mut().state.look.mode = mode;
        rested(&mut harness);
        for picture in mode.shape().pictures {
            for format in Format::ALL {
                let bytes = (picture.bytes)(harness.state(), format).unwrap();
                std::fs::write(format!("{folder}/{}.{}", picture.file, format.extension()), bytes).unwrap();
            }
        }
    }
}
