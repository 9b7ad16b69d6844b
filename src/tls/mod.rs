//! The box's own HTTPS: a local CA made once, a leaf for every name and address, swapped while connections stay.

pub mod name;
