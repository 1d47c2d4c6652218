"""An action plan kept in somebody's own spreadsheet or Word table: matched column by column, and brought in."""
