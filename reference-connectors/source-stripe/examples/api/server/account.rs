use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::object::{merge, object};
use super::{billing, payments};

pub(crate) const DAY: i64 = 86_400;
pub(crate) const HOUR: i64 = 3_600;

/// For how long Stripe keeps events.
const KEPT: i64 = 30 * DAY;

/// An account with ten months behind it: what its lists hold now, and what has happened in the last thirty days.
pub(crate) struct Account {
    pub(crate) now: i64,
    /// By the path of the list, each in the order in which its objects were made.
    lists: BTreeMap<String, Vec<Value>>,
    events: Vec<Value>,
}

impl Account {
    /// The account as it would be if it were `now`, in seconds since 1970.
    pub(crate) fn at(now: i64) -> Self {
        let mut account = Account { now, lists: BTreeMap::new(), events: Vec::new() };
        customers(&mut account);
        payments::make(&mut account);
        billing::make(&mut account);
        account.finish();
        account
    }

    /// The time so many days ago.
    pub(crate) fn ago(&self, days: i64) -> i64 {
        self.now - days * DAY
    }

    /// The objects in a list, if there is such a list.
    pub(crate) fn list(&self, path: &str) -> Option<&[Value]> {
        self.lists.get(path).map(Vec::as_slice)
    }

    /// Puts an object into a list; `event` is what Stripe calls that.
    pub(crate) fn put(&mut self, list: &str, event: &str, object: Value) {
        let made = object["created"].as_i64().or(object["date"].as_i64()).unwrap_or(self.now);
        self.happened(event, made, &object, None);
        self.lists.entry(list.to_owned()).or_default().push(object);
    }

    /// Changes some fields of an object.
    pub(crate) fn change(&mut self, list: &str, id: &str, at: i64, event: &str, fields: Value) {
        let objects = self.lists.entry(list.to_owned()).or_default();
        let Some(object) = objects.iter_mut().find(|object| object["id"] == id) else { return };
        let mut previous = json!({});
        for name in fields.as_object().into_iter().flat_map(|fields| fields.keys()) {
            previous[name] = object[name].clone();
        }
        merge(object, fields);
        let object = object.clone();
        self.happened(event, at, &object, Some(previous));
    }

    /// Takes an object out of its list.
    pub(crate) fn delete(&mut self, list: &str, id: &str, at: i64, event: &str) {
        let objects = self.lists.entry(list.to_owned()).or_default();
        let Some(place) = objects.iter().position(|object| object["id"] == id) else { return };
        let object = objects.remove(place);
        self.happened(event, at, &object, None);
    }

    fn happened(&mut self, event: &str, at: i64, object: &Value, previous: Option<Value>) {
        if event.is_empty() || at < self.now - KEPT {
            return;
        }
        let mut data = json!({ "object": object });
        if let Some(previous) = previous {
            data["previous_attributes"] = previous;
        }
        self.events.push(json!({ "type": event, "created": at, "data": data }));
    }

    /// Puts the lists in order, and gives the events their ids.
    fn finish(&mut self) {
        for objects in self.lists.values_mut() {
            objects.sort_by_key(|object| object["created"].as_i64().or(object["date"].as_i64()));
        }
        let mut events = std::mem::take(&mut self.events);
        events.sort_by_key(|event| event["created"].as_i64());
        let events = events.into_iter().enumerate().map(|(number, happened)| {
            let common = json!({
                "api_version": "2022-11-15",
                "pending_webhooks": 0,
                "request": { "id": null, "idempotency_key": null },
            });
            let created = happened["created"].as_i64().unwrap_or_default();
            let mut event = object("event", &format!("evt_{:03}", number + 1), created, common, "");
            merge(&mut event, happened);
            if let Some(fields) = event.as_object_mut() {
                fields.remove("metadata");
            }
            event
        });
        let events = events.collect();
        self.lists.insert("events".to_owned(), events);
    }
}

/// Enough customers for three pages, one every 35 hours. Two have changed lately, one has gone, and the balance of one
/// has moved more often than a page is long.
fn customers(account: &mut Account) {
    for number in 1..=204 {
        let created = account.ago(300) + number * 35 * HOUR;
        account.put("customers", "customer.created", customer(number, created));
    }
    let (first, second) = (account.ago(10), account.ago(3));
    let email = json!({ "email": "new@example.com" });
    account.change("customers", "cus_010", account.ago(5), "customer.updated", email);
    account.change("customers", "cus_190", first, "customer.updated", json!({ "phone": "+15550000190" }));
    account.change("customers", "cus_190", second, "customer.updated", json!({ "delinquent": true }));
    account.delete("customers", "cus_200", account.ago(1), "customer.deleted");

    for (customer, entries) in [("cus_003", 2), ("cus_195", 104), ("cus_197", 1)] {
        for number in 1..=entries {
            let entry = balance_entry(customer, number, account.ago(8) + number * HOUR);
            account.put(&format!("customers/{customer}/balance_transactions"), "", entry);
        }
    }
}

fn customer(number: i64, created: i64) -> Value {
    let fields = json!({
        "balance": 0,
        "delinquent": false,
        "email": format!("customer{number}@example.com"),
        "invoice_prefix": format!("ACME{number:04}"),
        "invoice_settings": {
            "custom_fields": null,
            "default_payment_method": null,
            "footer": null,
            "rendering_options": null,
        },
        "name": format!("Customer {number}"),
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    });
    let unset = "address currency default_source description discount phone shipping test_clock";
    object("customer", &format!("cus_{number:03}"), created, fields, unset)
}

fn balance_entry(customer: &str, number: i64, created: i64) -> Value {
    let fields = json!({
        "amount": -100,
        "currency": "eur",
        "customer": customer,
        "ending_balance": -100 * number,
        "type": "adjustment",
    });
    let id = format!("cbtxn_{}_{number:03}", &customer[4..]);
    object("customer_balance_transaction", &id, created, fields, "credit_note description invoice")
}
