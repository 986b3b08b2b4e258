//! The drill on real folders, made by the operations that it cannot link itself.

mod api_key;
mod archive;
mod erased;
mod harness;
mod links;
mod planted;
mod real_folder;
mod served;
