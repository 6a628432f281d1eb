"""What sources should be told, so that a resident tells the council once: cases, tickets, sheets and figures."""
