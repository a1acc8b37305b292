//! The command line: arguments in, text, JSON and CSV out, refusals as one message each.

mod args;
mod compare;
mod fit;
mod json;
mod models;
mod models_json;
mod out;
mod population;
mod report;
mod simulate;
mod timeline;
mod validate;

use crate::error::{Error, Kind, Result};
use crate::files;
use crate::library::Library;
use crate::scenario::{LARGEST_FILE, Scenario};
use args::{Arguments, Command, ModelsCommand};
use clap::Parser;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Could not be done.
const CANNOT: u8 = 1;
/// The input is wrong.
const WRONG: u8 = 2;
/// Where the picture goes when no window can be opened.
const PLOT_WITHOUT_WINDOW: &str = "ketasim.svg";

/// Runs the command that the arguments name; without a command, `open`.
pub fn run(arguments: impl IntoIterator<Item = OsString>, open: impl FnOnce() -> ExitCode) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(e) => return usage(&e),
    };
    match arguments.command {
        Some(command) => dispatch(&command, &arguments.models, arguments.effects.as_deref()),
        None if arguments.models.is_empty() && arguments.effects.is_none() => open(),
        None => refuse(
            &Error::input("--models and --effects need a command")
                .remedy("write for example: ketasim compare --models my-model.toml"),
        ),
    }
}

/// What happens without a window: the opening comparison as text, its picture in the current folder.
pub fn without_window(reason: &str) -> ExitCode {
    out::note(&format!("{reason}: here is the comparison as text"));
    finish(
        library(&[], None).and_then(|library| compare::run(&args::Compare::with_plot(PLOT_WITHOUT_WINDOW), &library)),
    )
}

fn dispatch(command: &Command, models: &[PathBuf], effects: Option<&Path>) -> ExitCode {
    let library = match library(models, effects) {
        Ok(library) => library,
        Err(e) => return refuse(&e),
    };
    finish(match command {
        Command::Compare(options) => compare::run(options, &library),
        Command::Simulate(options) => simulate::run(options, &library),
        Command::Population(options) => population::run(options, &library),
        Command::Timeline(options) => timeline::run(options, &library),
        Command::Validate(options) => validate::run(options, &library),
        Command::Models(ModelsCommand::Fit { id, json }) => fit::run(&library, id.as_deref(), *json),
        Command::Models(ModelsCommand::List { json }) => models::list(&library, *json),
        Command::Models(ModelsCommand::Show { id, json }) => models::show(&library, id, *json),
        Command::Models(ModelsCommand::Check { path }) => return check(path, library),
    })
}

/// Checks every file even when one is refused: the reader wants all verdicts at once.
fn check(path: &Path, mut library: Library) -> ExitCode {
    let files = match files::toml_files(path) {
        Ok(files) => files,
        Err(e) => return refuse(&e),
    };
    let mut worst = ExitCode::SUCCESS;
    for file in files {
        if let Err(e) = models::check(&file, &mut library) {
            worst = refuse(&e);
        }
    }
    worst
}

/// The shipped models and those of the files and folders named; levels from a file if one is named.
fn library(models: &[PathBuf], effects: Option<&Path>) -> Result<Library> {
    let mut library = Library::embedded()?;
    for path in models {
        for file in files::toml_files(path)? {
            let text = files::read_text(&file, LARGEST_FILE)?;
            library.insert_toml(&files::shown(&file), &text)?;
        }
    }
    if let Some(path) = effects {
        library.replace_effects(&files::shown(path), &files::read_text(path, LARGEST_FILE)?)?;
    }
    Ok(library)
}

/// A scenario with the text it came from, in which refusals are located.
struct Given {
    name: String,
    text: String,
    scenario: Scenario,
}

impl Given {
    /// Reads the file, or takes the opening screen's scenario when there is none.
    fn read(path: Option<&Path>, library: &Library) -> Result<Self> {
        let (name, text) = match path {
            Some(path) => (files::shown(path), files::read_text(path, LARGEST_FILE)?),
            None => ("the opening scenario".to_owned(), Scenario::OPENING.to_owned()),
        };
        Self::text(&name, &text, library)
    }

    fn text(name: &str, text: &str, library: &Library) -> Result<Self> {
        let scenario = Scenario::from_toml(name, text, library)?;
        Ok(Self { name: name.to_owned(), text: text.to_owned(), scenario })
    }

    fn run(&self, library: &Library, options: crate::outcome::Options) -> Result<crate::outcome::Outcome> {
        self.scenario.run(library, options).map_err(|e| e.located(&self.name, &self.text))
    }

    /// Labels of arms that are kept in the file but do not take part.
    fn not_run(&self) -> Vec<String> {
        self.scenario.arms.iter().filter(|a| !a.on).map(|a| a.label.clone()).collect()
    }
}

fn finish(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => refuse(&e),
    }
}

fn refuse(error: &Error) -> ExitCode {
    out::note(&error.to_string());
    ExitCode::from(match error.kind() {
        Kind::Input => WRONG,
        Kind::Cannot => CANNOT,
    })
}

/// Help and version are no refusals; the rest is said like every other refusal.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return finish(out::print(&text));
    }
    out::note(text.strip_prefix("error: ").unwrap_or(&text).trim_end());
    ExitCode::from(WRONG)
}
