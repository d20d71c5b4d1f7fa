//! Objects of a Python program, read without a Python program.
//!
//! A pickle is a list of orders for an interpreter; nothing here carries one out. Every object becomes an inert record in
//! a [`Heap`]: what it is called, what it was made from, what state it was given. Two containers lead here,
//! [`pickle`] (also joblib) and [`skops`]; what the records mean is for others to know.

mod array;
mod heap;
mod npy;
mod numpy;
pub(super) mod pickle;
mod place;
pub(super) mod skops;

pub(super) use array::{Array, Column};
pub(super) use heap::{Heap, Id, Value};
pub(super) use place::Place;
