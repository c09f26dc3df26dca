-- Which part of the printer an alert is about, "input 2"; NULL: it does not say, or an older collector sent it.
ALTER TABLE alert ADD COLUMN part TEXT;
