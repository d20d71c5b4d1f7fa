//! The command: explain, inspect, pack. See [`clarimark::command`].

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    let (out, err) = (std::io::stdout(), std::io::stderr());
    clarimark::command::run(std::env::args_os().skip(1), &mut out.lock(), &mut err.lock()).into()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
