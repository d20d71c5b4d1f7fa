//! The explorer: mounts the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    clarimark::app::start();
}

#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::print_stdout)]
fn main() {
    println!("This binary is the web page. Build it with `./x build`, or serve it with `./x serve`.");
}
