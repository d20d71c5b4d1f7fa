//! What draws from an analysis: the loop of a dedicated worker, loaded when the first drawing is asked for.

#[cfg(target_arch = "wasm32")]
fn main() {
    clarimark::worker::start(clarimark::job::Drawer::default());
}

#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::print_stdout)]
fn main() {
    println!("This binary runs in the workers of the web page. Build the page with `./x build`.");
}
