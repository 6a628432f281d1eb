"""What people say of pairs: decisions that bind, samples that measure, and labels that teach."""
