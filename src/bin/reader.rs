//! What reads tables that are no text: the loop of a dedicated worker, loaded when somebody gives such a file.

#[cfg(target_arch = "wasm32")]
fn main() {
    clarimark::worker::start(clarimark::job::Converter);
}

#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::print_stdout)]
fn main() {
    println!("This binary runs in the workers of the web page. Build the page with `./x build`.");
}
