//! What is handed out about forgetting, against its documented format.

mod letters;
mod openings;
mod records;
mod vectors;
