"""What pages and later chapters read of resources; nothing here writes."""
