//! Statements of hand-made settlements: what they say in JSON, in text and as a page.

mod html;
mod json;
mod sample;
mod text;
