-- Which log announces an intent: empty in installations with one vault.
ALTER TABLE intents ADD COLUMN origin TEXT NOT NULL DEFAULT '';
