"""scripts/cost: what calls, months and recorded runs cost in yuan, from counted figures."""
