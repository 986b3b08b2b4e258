//! Routes, problem documents and OpenAPI over the operations.
