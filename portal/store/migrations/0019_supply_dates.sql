-- All three as the printer said them; of rows of before they are not known until the supply is told again.
ALTER TABLE supply ADD COLUMN expires TEXT;
ALTER TABLE supply ADD COLUMN warranty TEXT;
ALTER TABLE supply ADD COLUMN warranty_until TEXT;
