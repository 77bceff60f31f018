//! A route of the API, as data: what the router, the OpenAPI document and the attack suite are all made from.

use std::sync::Arc;

use axum::body::Bytes;
use platform::principal::Principal;
use platform::rights::{Resource, Verb};
use platform::{Failure, Platform};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Tx;

use crate::parts::Parts;
use crate::reply::Reply;

/// Bytes of a JSON body, at most.
pub(crate) const JSON_BYTES_MAX: usize = 1 << 20;

/// Looks at a snapshot and answers.
pub(crate) type Read =
    dyn Fn(&Platform, &mut Tx<'_>, &Principal, &Parts) -> Result<Reply, Failure> + Send + Sync;
/// What is left to do in the writing thread.
pub type Commit =
    Box<dyn FnOnce(&Platform, &mut Tx<'_>, &Principal, &Parts) -> Result<Reply, Failure> + Send>;
/// Is told what became of a request.
pub type Told = Box<dyn FnOnce(Result<Reply, Failure>) + Send>;
/// Checks a body beside the writing thread.
pub(crate) type Prepare = dyn Fn(&Platform, &Principal, &Parts, Bytes) -> Result<Todo, Failure> + Send + Sync;

/// What is left to do when a body has been checked.
pub enum Todo {
    /// A write of its own, in which the reply is kept with the caller's key.
    Alone(Commit),
    /// It shares a write with others of its kind, and who waits is told afterwards. Only for requests without a key.
    Together(Box<dyn FnOnce(Told) + Send>),
}

/// What is left to do outside of any transaction.
pub type Later = Box<dyn FnOnce(&Platform) -> Result<Reply, Failure> + Send>;
/// Looks at a snapshot, and leaves what takes long for after it.
pub(crate) type Ask =
    dyn Fn(&Platform, &mut Tx<'_>, &Principal, &Parts) -> Result<Later, Failure> + Send + Sync;

/// What a route does.
#[derive(Clone)]
pub enum Action {
    /// Looks at a snapshot.
    Read(Arc<Read>),
    /// Looks at a snapshot, then asks what lies beside the store.
    Ask(Arc<Ask>),
    /// Checks the body beside the writing thread, then changes state in it.
    Write(Arc<Prepare>),
}

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Nothing: it can be called without signing in.
    Nothing,
    /// To be signed in: it is about the caller alone.
    SignedIn,
    /// This right in the house that the path names: a tenant's, or the provider's where it names none.
    Of(Resource, Verb),
    /// This right in the provider's house, whatever the path names.
    OfProvider(Resource, Verb),
    /// This right in the houses the caller belongs to: the answer has what is theirs.
    OfEach(Resource, Verb),
}

impl Right {
    /// Its name in the scopes of a token, `claim:create`, where it has one.
    pub fn scope(self) -> Option<String> {
        match self {
            Self::Of(resource, verb) | Self::OfProvider(resource, verb) | Self::OfEach(resource, verb) => {
                Some(format!("{}:{}", resource.name(), verb.name()))
            }
            Self::Nothing | Self::SignedIn => None,
        }
    }
}

/// A schema, made when the OpenAPI document is.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A route: method, path under `/api/v1`, and what is said of it in the OpenAPI document.
#[derive(Clone)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path; `{name}` stands for a parameter.
    pub path: &'static str,
    /// What it is called.
    pub id: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    pub(crate) input: Option<SchemaOf>,
    /// Media types of a body that is not JSON.
    pub media: &'static [&'static str],
    pub(crate) output: Option<SchemaOf>,
    /// The media type of an answer that is not JSON.
    pub(crate) answers: Option<&'static str>,
    pub(crate) query: Vec<(&'static str, &'static str)>,
    /// The status when it succeeds.
    pub success: u16,
    /// What the use-case checks. Held by a test that asks as every role.
    pub right: Right,
    /// Tries out secrets: few requests a minute from one address.
    pub strict: bool,
    /// Takes records: served also where nothing else is.
    pub intake: bool,
    /// Called by programs that send no header: with `from`, a token may stand in the address.
    pub called_back: bool,
    /// Bytes of a body, at most.
    pub body_bytes_max: usize,
    /// What it does.
    pub action: Action,
}

impl Route {
    /// A route that needs a sign-in and answers 200.
    pub fn new(
        method: &'static str,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        right: Right,
        action: Action,
    ) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            input: None,
            media: &[],
            output: None,
            answers: None,
            query: Vec::new(),
            success: 200,
            right,
            strict: false,
            intake: false,
            called_back: false,
            body_bytes_max: JSON_BYTES_MAX,
            action,
        }
    }

    /// Answers 201 when it succeeds.
    pub(crate) fn created(mut self) -> Self {
        self.success = 201;
        self
    }

    /// A parameter of the query, with what it means.
    pub(crate) fn query(mut self, name: &'static str, about: &'static str) -> Self {
        self.query.push((name, about));
        self
    }

    /// `after` and `limit` of a list.
    pub(crate) fn paged(self) -> Self {
        self.query("after", "The `next` of the page before.")
            .query("limit", "Items of a page, 1 to 200; 50 when absent.")
    }

    /// Can be called without signing in.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.right = Right::Nothing;
        self
    }

    /// Whether it can be called without signing in.
    pub fn is_open(&self) -> bool {
        self.right == Right::Nothing
    }

    /// Takes records.
    #[must_use]
    pub fn intake(mut self) -> Self {
        self.intake = true;
        self
    }

    /// May be called with a token in the address.
    pub(crate) fn called_back(mut self) -> Self {
        self.called_back = true;
        self
    }

    /// Takes bodies up to so many bytes.
    pub fn body_bytes_max(mut self, bytes: usize) -> Self {
        self.body_bytes_max = bytes;
        self
    }

    /// Answers with this media type instead of JSON.
    pub(crate) fn answers(mut self, media: &'static str) -> Self {
        self.answers = Some(media);
        self.output = None;
        self
    }
}

/// A route that looks: `read("/tenants", "listTenants", "…", right, |platform, tx, who, parts| …)`.
pub(crate) fn read<Out: Serialize + JsonSchema>(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    right: Right,
    work: impl Fn(&Platform, &mut Tx<'_>, &Principal, &Parts) -> Result<Out, Failure> + Send + Sync + 'static,
) -> Route {
    let action = Action::Read(Arc::new(move |platform, tx, who, parts| {
        work(platform, tx, who, parts).and_then(|it| Reply::json(&it))
    }));
    let mut route = Route::new("GET", path, id, summary, right, action);
    route.output = Some(|schemas| schemas.subschema_for::<Out>());
    route
}

/// A route that looks, and asks what lies beside the store once no transaction is open.
pub(crate) fn ask<Out: Serialize + JsonSchema + 'static>(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    right: Right,
    look: impl Fn(&Platform, &mut Tx<'_>, &Principal, &Parts) -> Result<Asked<Out>, Failure>
    + Send
    + Sync
    + 'static,
) -> Route {
    let action = Action::Ask(Arc::new(move |platform, tx, who, parts| {
        let asked = look(platform, tx, who, parts)?;
        let later: Later = Box::new(move |platform| asked(platform).and_then(|it| Reply::json(&it)));
        Ok(later)
    }));
    let mut route = Route::new("GET", path, id, summary, right, action);
    route.output = Some(|schemas| schemas.subschema_for::<Out>());
    route
}

/// What a route answers once no transaction is open.
pub(crate) type Asked<Out> = Box<dyn FnOnce(&Platform) -> Result<Out, Failure> + Send>;

/// A route that looks and answers bytes of its own media type.
pub(crate) fn read_bytes(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    right: Right,
    media: &'static str,
    work: impl Fn(&Platform, &mut Tx<'_>, &Principal, &Parts) -> Result<Reply, Failure> + Send + Sync + 'static,
) -> Route {
    Route::new("GET", path, id, summary, right, Action::Read(Arc::new(work))).answers(media)
}

/// A route that changes state, from a JSON body.
pub(crate) fn write<In, Out>(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    right: Right,
    work: impl Fn(&Platform, &mut Tx<'_>, &Principal, &Parts, In) -> Result<Out, Failure>
    + Send
    + Sync
    + Clone
    + 'static,
) -> Route
where
    In: DeserializeOwned + JsonSchema + Send + 'static,
    Out: Serialize + JsonSchema,
{
    let prepare = move |_: &Platform, _: &Principal, parts: &Parts, body: Bytes| {
        let input: In = parts.json(&body)?;
        let work = work.clone();
        let commit: Commit = Box::new(move |platform, tx, who, parts| {
            work(platform, tx, who, parts, input).and_then(|it| Reply::json(&it))
        });
        Ok(Todo::Alone(commit))
    };
    let mut route = Route::new(method, path, id, summary, right, Action::Write(Arc::new(prepare)));
    route.input = Some(|schemas| schemas.subschema_for::<In>());
    route.output = Some(|schemas| schemas.subschema_for::<Out>());
    route
}

/// A route that changes state, from a body of another media type: `prepare` reads the body beside the writing thread, and
/// what it answers is done in it.
pub(crate) fn write_bytes<Out: Serialize + JsonSchema>(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    right: Right,
    media: &'static [&'static str],
    prepare: impl Fn(&Platform, &Principal, &Parts, Bytes) -> Result<Todo, Failure> + Send + Sync + 'static,
) -> Route {
    let mut route = Route::new(method, path, id, summary, right, Action::Write(Arc::new(prepare)));
    route.media = media;
    route.output = Some(|schemas| schemas.subschema_for::<Out>());
    route
}

/// No body, or an empty one.
#[derive(Debug, Default, serde::Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}
