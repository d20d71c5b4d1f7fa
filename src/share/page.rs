//! A study packed into the one-file page.
