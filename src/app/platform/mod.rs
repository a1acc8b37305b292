//! What differs between desktop and browser: clock, file dialogs, files. Both have the same functions.

#[cfg(not(target_arch = "wasm32"))]
mod keep;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
pub use keep::{Keeper, flush};
#[cfg(not(target_arch = "wasm32"))]
pub use native::{
    Background, MOST_PEOPLE, Picker, SideBySide, Stopwatch, display, exists, guarded, in_folder, read_text,
    unix_seconds, write,
};

#[cfg(target_arch = "wasm32")]
mod web;
#[cfg(target_arch = "wasm32")]
pub use web::{
    Background, MOST_PEOPLE, Picker, SideBySide, Stopwatch, exists, in_folder, read_text, unix_seconds, write,
};
