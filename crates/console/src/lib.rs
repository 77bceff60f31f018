//! The pages people look at: the provider's console, the customers' portal, and the public status page.
//!
//! A page is a route whose answer is HTML. It asks the platform's use-cases, as the API does, puts what they answer into
//! words (`words`), figures (`show`) and charts (`chart`), and fills a template. Every page and every form works
//! without scripts.

mod address;
mod assets;
mod by_itself;
mod chart;
mod events;
mod fields;
mod frame;
mod guard;
mod house;
mod page;
mod pages;
mod part;
mod router;
mod show;
mod tone;
mod view;
mod words;

pub use router::{PageInfo, feeds, router, table};
