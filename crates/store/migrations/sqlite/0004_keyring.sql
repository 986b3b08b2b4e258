-- What keys derive from: an id to find the parent by, and the wrapped root of its derived keys.
ALTER TABLE credentials ADD COLUMN derivation_id BLOB;
ALTER TABLE credentials ADD COLUMN derivation_root BLOB;
