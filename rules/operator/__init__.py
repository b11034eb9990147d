"""What the operator may do: see numbers, let somebody in, lock a name on a legal order. Each use is recorded."""
