//! The command line: arguments in, text, JSON and CSV out, refusals as one message each.

mod args;
mod compare;
mod fit;
mod json;
mod level;
mod models;
mod models_json;
mod out;
mod population;
mod report;
mod simulate;
mod timeline;
mod validate;

use crate::error::{Error, Kind, Result, nearest, suggestion};
use crate::export::Format;
use crate::files;
use crate::library::Library;
use crate::scenario::{LARGEST_FILE, LevelLine, Scenario};
use crate::units::Time;
use args::{Arguments, Command, ModelsCommand};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Could not be done.
const CANNOT: u8 = 1;
/// The input is wrong.
const WRONG: u8 = 2;
/// Where the picture goes when no window can be opened.
const PLOT_WITHOUT_WINDOW: &str = "ketasim.svg";

/// Runs the command that the arguments name; without a command, `open`, with the scenario if one is named.
pub fn run(arguments: impl IntoIterator<Item = OsString>, open: impl FnOnce(Option<Given>) -> ExitCode) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(e) => return usage(&e),
    };
    match (&arguments.command, &arguments.file) {
        (Some(command), None) => dispatch(command, &arguments.models, arguments.effects.as_deref()),
        (Some(_), Some(file)) => refuse(
            &Error::input(format!("{} stands before the command", files::shown(file)))
                .remedy("write the command first, for example: ketasim compare FILE"),
        ),
        (None, _) if !arguments.models.is_empty() || arguments.effects.is_some() => refuse(
            &Error::input("--models and --effects need a command")
                .remedy("write for example: ketasim compare --models my-model.toml"),
        ),
        (None, None) => open(None),
        (None, Some(file)) => match to_open(file) {
            Ok(given) => open(Some(given)),
            Err(e) => refuse(&e),
        },
    }
}

/// The scenario that the window is to open. What is no file may be a misspelt command.
fn to_open(file: &Path) -> Result<Given> {
    let library = library(&[], None)?;
    let error = match Given::read_any(Some(file), &library) {
        Err(e) if e.kind() == Kind::Cannot => e,
        other => return other,
    };
    let commands: Vec<String> = Arguments::command().get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let commands = || commands.iter().map(String::as_str).chain(["help"]);
    let word = file.to_string_lossy();
    if !file.exists() && nearest(&word, commands()).is_some() {
        return Err(Error::input(format!("there is no command \"{word}\"")).remedy(suggestion(&word, commands())));
    }
    let commands: Vec<&str> = commands().collect();
    Err(Error::cannot(error.what())
        .remedy(format!("give the path of a file that exists, or a command: {}", commands.join(", "))))
}

/// What happens without a window: the comparison as text, its picture in the current folder; without a scenario, of
/// the opening screen's.
pub fn without_window(reason: &str, given: Option<Given>) -> ExitCode {
    if let Some(Err(e)) = given.as_ref().map(Given::check_arms) {
        return refuse(&e);
    }
    out::note(&format!("{reason}: here is the comparison as text"));
    let options = args::CompareOptions::with_plot(PLOT_WITHOUT_WINDOW);
    finish(library(&[], None).and_then(|library| match given {
        Some(given) => compare::show(&given, &options, &library),
        None => compare::run(&options, &library),
    }))
}

fn dispatch(command: &Command, models: &[PathBuf], effects: Option<&Path>) -> ExitCode {
    let one =
        one_standard_input(models, effects, command).and_then(|()| nothing_over_another(models, effects, command));
    let library = match one.and_then(|()| library(models, effects)) {
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

/// What is written takes the place of nothing that is read, and no two outputs have one file.
fn nothing_over_another(models: &[PathBuf], effects: Option<&Path>, command: &Command) -> Result<()> {
    let outputs = command.outputs();
    let read = command.inputs().into_iter().map(|(_, path)| path);
    let read = read.chain(models.iter().map(PathBuf::as_path)).chain(effects);
    let read: Vec<PathBuf> = read.filter(|p| !out::is_standard(p)).map(files::identity).collect();
    for (i, (option, path)) in outputs.iter().enumerate().filter(|(_, (_, path))| !out::is_standard(path)) {
        let own = files::identity(path);
        if read.contains(&own) {
            return Err(Error::input(format!("{option} {} would be written over a file that is read", path.display()))
                .remedy("name another file to write to"));
        }
        if let Some((other, _)) = outputs[..i].iter().find(|(_, p)| !out::is_standard(p) && files::identity(p) == own) {
            return Err(Error::input(format!("{other} and {option} both name {}", path.display()))
                .remedy("name two different files"));
        }
    }
    Ok(())
}

/// Standard input can be read once only.
fn one_standard_input(models: &[PathBuf], effects: Option<&Path>, command: &Command) -> Result<()> {
    let models = models.iter().map(|path| ("--models -", path.as_path()));
    let effects = effects.map(|path| ("--effects -", path));
    let named = models.chain(effects).chain(command.inputs());
    let named: Vec<&str> =
        named.filter(|(_, path)| path.as_os_str() == files::STANDARD).map(|(name, _)| name).collect();
    match named.as_slice() {
        [] | [_] => Ok(()),
        [first, second, ..] => Err(Error::input(format!("{first} and {second} both want standard input"))
            .remedy("put one of the two into a file and name it")),
    }
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
#[derive(Debug, Clone)]
pub struct Given {
    /// Name of the file, as messages give it.
    pub name: String,
    text: String,
    /// What the file says.
    pub scenario: Scenario,
}

impl Given {
    /// Reads the file, or takes the opening screen's scenario when there is none; refused when nothing is on.
    fn read(path: Option<&Path>, library: &Library) -> Result<Self> {
        let given = Self::read_any(path, library)?;
        given.check_arms()?;
        Ok(given)
    }

    /// As [`Given::read`], for those who can do with no arm.
    fn read_any(path: Option<&Path>, library: &Library) -> Result<Self> {
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

    /// Refuses a scenario in which no arm takes part: an empty answer would look like a result.
    fn check_arms(&self) -> Result<()> {
        if self.scenario.arms.iter().any(|arm| arm.on) {
            return Ok(());
        }
        let error = if self.scenario.arms.is_empty() {
            Error::input("no arm: there is nothing to simulate").remedy("add an [[arm]] with an [[arm.dose]]")
        } else {
            Error::input("no arm takes part: every one has on = false").remedy("take on = false out of at least one")
        };
        Err(error.located(&self.name, &self.text))
    }

    /// With the level of an option in place of the one in the file.
    fn with_level(mut self, level: Option<LevelLine>) -> Self {
        if level.is_some() {
            self.scenario.set_level(level);
        }
        self
    }

    /// Refuses a spacing that the horizon cannot bear, in the name of its option.
    fn check_spacing(&self, every: Option<Time>) -> Result<()> {
        crate::outcome::spacing(self.scenario.horizon, every).map(|_| ())
    }

    fn run(&self, library: &Library, options: crate::outcome::Options) -> Result<crate::outcome::Outcome> {
        out::while_waiting(|| self.scenario.run(library, options)).map_err(|e| e.located(&self.name, &self.text))
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

/// Puts the option in front of what is wrong with its value.
fn of_option(option: &str, error: &Error) -> Error {
    let what = format!("{option}: {}", error.what());
    let named = if error.kind() == Kind::Input { Error::input(what) } else { Error::cannot(what) };
    match error.what_would_work() {
        Some(remedy) => named.remedy(remedy),
        None => named,
    }
}

/// The kind of picture that an option's path asks for.
fn picture(option: &str, path: &Path) -> Result<Format> {
    if out::is_standard(path) {
        return Err(Error::input(format!("{option} - does not say which kind of picture to write"))
            .remedy("write a path ending in .svg, .png or .pdf"));
    }
    Format::from_path(&path.to_string_lossy()).map_err(|e| of_option(option, &e))
}

/// Help and version are no refusals; the rest is said like every other refusal: what is wrong, then what would work.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return finish(out::print(&text));
    }
    let mut said = String::new();
    for part in text.strip_prefix("error: ").unwrap_or(&text).split("\n\n") {
        let lines: Vec<&str> = part.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let Some(first) = lines.first() else { continue };
        // that a value may look like an option is a rare need, and the rest is said in the text of --help
        if ["For more information", "tip: to pass"].iter().any(|start| first.starts_with(start)) {
            continue;
        }
        let between = if first.ends_with(':') {
            " "
        } else if first.starts_with("Usage") {
            " or "
        } else {
            "\n"
        };
        said.push_str(if said.is_empty() { "" } else { "\n" });
        said.push_str(&lines.join(between).replace("tip: ", ""));
    }
    out::note(&said);
    ExitCode::from(WRONG)
}
