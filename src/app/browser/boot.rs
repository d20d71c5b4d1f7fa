//! What the page's own boot script offers: files that ship with the page, and workers.
//! Hosted pages fetch and load by address, the one-file page has both inside; this module cannot tell them apart.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Worker;

fn function(name: &str) -> Option<Function> {
    Reflect::get(&js_sys::global(), &JsValue::from_str(name)).ok()?.dyn_into().ok()
}

/// The bytes of a file that ships with the page, e.g. `pbc/study.json`; None if it has no such file.
pub(crate) async fn shipped_file(path: &str) -> Option<Vec<u8>> {
    let promise = function("clarimarkFile")?.call1(&JsValue::NULL, &JsValue::from_str(path)).ok()?;
    let value = JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()?;
    Some(value.dyn_into::<Uint8Array>().ok()?.to_vec())
}

/// The study packed into this page by `clarimark pack`: paths and bytes, `study.json` among them.
pub(crate) async fn packed_study() -> Option<Vec<(String, Vec<u8>)>> {
    let promise = function("clarimarkPacked")?.call0(&JsValue::NULL).ok()?;
    let value = JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()?;
    let map = value.dyn_into::<js_sys::Map>().ok()?;
    let mut files = Vec::new();
    map.for_each(&mut |value, key| {
        if let (Some(path), Some(bytes)) = (key.as_string(), value.dyn_ref::<Uint8Array>()) {
            files.push((path, bytes.to_vec()));
        }
    });
    (!files.is_empty()).then_some(files)
}

/// A program that runs in workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// [`crate::job::Worker`], loaded after the page has appeared.
    Worker,
    /// [`crate::job::Drawer`], loaded when it is first asked for.
    Drawer,
    /// [`crate::job::Converter`], loaded when somebody gives a table that is no text, or a model packed tightly.
    Reader,
}

impl Program {
    /// The boot script's name of it.
    fn name(self) -> JsValue {
        JsValue::from_str(match self {
            Program::Worker => "worker",
            Program::Drawer => "drawer",
            Program::Reader => "reader",
        })
    }
}

/// Waits until workers of a program can be made.
///
/// # Errors
/// Why it could not be loaded, one sentence.
pub(crate) async fn workers_ready(program: Program) -> Result<(), String> {
    let name = program.name();
    let waiting =
        || function("clarimarkWorkers")?.call1(&JsValue::NULL, &name).ok()?.dyn_into::<Promise>().ok();
    let Some(promise) = waiting() else { return Err("The page's own script is missing.".into()) };
    JsFuture::from(promise).await.map(|_| ()).map_err(|error| {
        error.dyn_ref::<js_sys::Error>().map_or_else(String::new, |e| String::from(e.message()))
    })
}

/// A new worker, once [`workers_ready`]; its compiled module is already on its way.
pub(crate) fn worker(program: Program) -> Option<Worker> {
    function("clarimarkWorker")?.call1(&JsValue::NULL, &program.name()).ok()?.dyn_into().ok()
}

/// The one-file page itself, to save; None if it did not come with this page.
pub(crate) async fn page() -> Option<Vec<u8>> {
    let promise = function("clarimarkPage")?.call0(&JsValue::NULL).ok()?;
    let value = JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()?;
    Some(value.dyn_into::<Uint8Array>().ok()?.to_vec())
}
