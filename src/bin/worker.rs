//! What computes: the loop of a dedicated worker. It knows no view, and a reader waits for the page only, not for this.

#[cfg(target_arch = "wasm32")]
fn main() {
    clarimark::worker::start(clarimark::job::Worker::default());
}

#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::print_stdout)]
fn main() {
    println!("This binary runs in the workers of the web page. Build the page with `./x build`.");
}
