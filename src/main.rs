//! The program: with a command the command line, without one the window.

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
use ketasim::cli::{Given, without_window};
use std::process::ExitCode;

/// Commands are run; without one the window opens.
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn main() -> ExitCode {
    ketasim::signals::when_ended(keep);
    ketasim::cli::run(std::env::args_os(), open)
}

/// What waits to be kept when the program is told to end.
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn keep() {
    #[cfg(feature = "app")]
    // nobody is left to be told
    let _ = ketasim::app::flush();
}

/// Opens the window, on a scenario if one is given, or says why there is none and prints the comparison.
#[cfg(all(feature = "cli", feature = "app", not(target_arch = "wasm32")))]
fn open(given: Option<Given>) -> ExitCode {
    let scenario = given.as_ref().map(|g| (g.name.clone(), g.scenario.clone()));
    match ketasim::app::open(scenario) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => without_window(why.what(), given),
    }
}

/// Says why there is no window and prints the comparison.
#[cfg(all(feature = "cli", not(feature = "app"), not(target_arch = "wasm32")))]
fn open(given: Option<Given>) -> ExitCode {
    without_window("this build has no window", given)
}

/// Without a command line there is nothing this program could do.
#[cfg(not(all(feature = "cli", not(target_arch = "wasm32"))))]
#[expect(clippy::print_stderr, reason = "there is no command line to say it for the program")]
fn main() -> ExitCode {
    eprintln!("ketasim: this build has no command line: build it with the feature `cli`");
    ExitCode::FAILURE
}
