-- 0007: what exports and archives read besides the training views. docs/dataset.md describes every column.

-- A job as it was started.
CREATE VIEW jobs AS
SELECT j.name AS job, j.uuid, j.state::text AS state, j.kind::text AS kind, j.answers::text AS answers,
       j.generator_version, j.spec_digest, j.spec, j.spec_json, j.sealed_below AS sealed, j.create_time AS started
  FROM job j;

-- The numbers in training_data_all.steps and their engines.
CREATE VIEW engines AS
SELECT e.id AS engine_id, e.name AS engine, e.version AS engine_version FROM engine e;

-- The numbers in training_data_all.worker_id and their machines, removed ones too.
CREATE VIEW workers AS
SELECT w.id AS worker_id, w.name AS worker, w.uuid FROM worker w;

-- Sealed indices whose function occurs earlier in the job.
CREATE VIEW duplicates AS
SELECT j.name AS job, d.index, d.first_index FROM duplicate d JOIN job j ON j.id = d.job_id;

-- Serves cli/dataset/queries/duplicates.sql: how often each function of a range was drawn.
CREATE INDEX duplicate_first_idx ON duplicate (job_id, first_index);
