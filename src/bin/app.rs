//! The explorer: mounts the page, or runs the worker loop where it starts in a dedicated worker.

#[cfg(target_arch = "wasm32")]
mod trial {
    //! Shows that the page starts in all its forms; the explorer takes its place.

    use wasm_bindgen::prelude::*;
    use web_sys::{DedicatedWorkerGlobalScope, HtmlElement, MessageEvent, Worker};

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = clarimarkWorker)]
        fn start_worker() -> Worker;
        #[wasm_bindgen(js_name = clarimarkFile, catch)]
        async fn file(path: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(js_name = clarimarkPacked)]
        fn packed() -> Option<js_sys::Promise>;
    }

    pub(super) fn main() {
        console_error_panic_hook::set_once();
        match js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
            Ok(scope) => worker(scope),
            Err(_) => page(),
        }
    }

    fn worker(scope: DedicatedWorkerGlobalScope) {
        let answering = scope.clone();
        let answer = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let bytes = js_sys::Uint8Array::from(event.data()).length();
            let _ = answering.post_message(&JsValue::from(bytes));
        });
        scope.set_onmessage(Some(answer.as_ref().unchecked_ref()));
        answer.forget();
        let _ = scope.post_message(&JsValue::from("ready"));
    }

    fn page() {
        let document = web_sys::window().and_then(|w| w.document()).unwrap_throw();
        let body: HtmlElement = document.body().unwrap_throw();
        let main = document.create_element("main").unwrap_throw();
        main.set_attribute("data-view", "start").unwrap_throw();
        main.set_inner_html(
            "<h1>Clarimark</h1><button data-command=\"open-example-pbc\">Mayo PBC</button>\
             <p data-testid=\"status\"></p>",
        );
        body.append_child(&main).unwrap_throw();
        let show = {
            let main = main.clone();
            move |text: &str| {
                let status = main.query_selector("[data-testid=status]").ok().flatten().unwrap_throw();
                status.set_text_content(Some(text));
            }
        };

        let worker = start_worker();
        let seen = {
            let (show, main) = (show.clone(), main.clone());
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| match event.data().as_f64() {
                Some(n) => {
                    main.set_attribute("data-view", "overview").unwrap_throw();
                    show(&format!("{n} bytes seen by the worker"));
                }
                None => show("ready"),
            })
        };
        worker.set_onmessage(Some(seen.as_ref().unchecked_ref()));
        seen.forget();

        let post = {
            let (show, worker) = (show.clone(), worker);
            move |bytes: Result<JsValue, JsValue>| match bytes {
                Ok(bytes) => worker.post_message(&bytes).unwrap_throw(),
                Err(error) => show(&format!("{error:?}")),
            }
        };
        if let Some(packed) = packed() {
            let post = post.clone();
            wasm_bindgen_futures::spawn_local(async move {
                let files = wasm_bindgen_futures::JsFuture::from(packed).await.unwrap_throw();
                post(Ok(js_sys::Map::from(files).get(&JsValue::from("study.json"))));
            });
        }
        let open = Closure::<dyn FnMut()>::new(move || {
            let post = post.clone();
            wasm_bindgen_futures::spawn_local(async move { post(file("pbc/study.json").await) });
        });
        let button = main.query_selector("button").ok().flatten().unwrap_throw();
        button.add_event_listener_with_callback("click", open.as_ref().unchecked_ref()).unwrap_throw();
        open.forget();
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {
    trial::main();
}

#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::print_stdout)]
fn main() {
    println!("This binary is the web page. Build it with `./x build`, or serve it with `./x serve`.");
}
