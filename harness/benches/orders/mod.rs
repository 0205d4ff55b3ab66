//! What the benchmarks read: orders of about 1 KB, 17 fields and nested objects.

use serde_json::{Value, json};

pub(crate) fn schema() -> Value {
    let text = json!({"type": ["null", "string"]});
    json!({
        "type": "object",
        "required": ["id", "created_at"],
        "properties": {
            "id": {"type": "integer"},
            "created_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": ["null", "string"], "format": "date-time"},
            "email": text, "first_name": text, "last_name": text, "phone": text, "note": text,
            "currency": {"type": "string", "enum": ["usd", "eur", "gbp"]},
            "amount": {"type": "number"},
            "quantity": {"type": ["null", "integer"]},
            "active": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "address": {"type": "object", "properties": {"street": text, "city": text, "zip": text, "country": text}},
            "metadata": {"type": "object"},
            "lines": {"type": "array", "items": {"type": "object", "properties": {
                "sku": text, "price": {"type": "number"}, "count": {"type": "integer"},
            }}},
            "parent": {"type": ["null", "string"]},
        },
    })
}

pub(crate) fn record(id: usize) -> Value {
    json!({"type": "RECORD", "record": {"stream": "orders", "emitted_at": 1_700_000_000_000_u64, "data": {
        "id": id,
        "created_at": "2024-03-01T12:34:56.789Z",
        "updated_at": "2024-03-02T01:02:03+01:00",
        "email": format!("customer-{id}@example.test"),
        "first_name": "Ada", "last_name": "Lovelace", "phone": "+49 30 1234567",
        "note": "please leave the parcel with the neighbours on the second floor, they are at home until six in the \
                 evening; ring twice, the bell is quiet, and mind the step at the door; if nobody answers, the shop on the corner takes parcels until \
                 eight and knows the name, and otherwise any day of next week is as good as this one, thank you",
        "currency": "eur", "amount": 1234.56, "quantity": 3, "active": true,
        "tags": ["new", "priority", "gift"],
        "address": {"street": "Unter den Linden 77", "city": "Berlin", "zip": "10117", "country": "DE"},
        "metadata": {"source": "web", "campaign": "spring", "ab": 7},
        "lines": [
            {"sku": "A-1000", "price": 12.5, "count": 2}, {"sku": "B-2000", "price": 99.0, "count": 1},
            {"sku": "C-3000", "price": 0.99, "count": 40},
        ],
        "parent": null,
    }}})
}
