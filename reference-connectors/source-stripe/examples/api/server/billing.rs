//! What is sold, for how much, and to whom again and again.

use serde_json::{Value, json};

use super::account::{Account, DAY, HOUR};
use super::object::{embedded, object};

pub(crate) fn make(account: &mut Account) {
    catalog(account);
    let (first, last) = (account.ago(200), account.ago(20));
    subscription(account, 1, first, 1);
    // More items and lines than Stripe sends along with their parents; so many lines that their rest has pages itself.
    subscription(account, 2, account.ago(150), 12);
    subscription(account, 3, last, 2);
    account.change(
        "subscriptions",
        "sub_2",
        account.ago(6),
        "customer.subscription.updated",
        json!({ "quantity": 2 }),
    );
    let ended = account.ago(2);
    let change = json!({ "canceled_at": ended, "ended_at": ended, "status": "canceled" });
    account.change("subscriptions", "sub_1", ended, "customer.subscription.deleted", change);

    invoice(account, 1, first, 1);
    invoice(account, 2, account.ago(150), 125);
    invoice(account, 3, last, 3);
    let charged = invoice_item(account, "ii_1", last);
    account.put("invoiceitems", "invoiceitem.created", charged);
    account.change("invoiceitems", "ii_1", last + HOUR, "invoiceitem.updated", json!({ "invoice": "in_3" }));
    let dropped = invoice_item(account, "ii_2", last + 2 * HOUR);
    account.put("invoiceitems", "invoiceitem.created", dropped);
    account.delete("invoiceitems", "ii_2", account.ago(7), "invoiceitem.deleted");
}

fn catalog(account: &mut Account) {
    let created = account.ago(299);
    for (id, name) in [("prod_tea", "Tea"), ("prod_mill", "Mill"), ("prod_old", "Sugar")] {
        let mut product = product(id, name, created);
        product["updated"] = created.into();
        account.put("products", "product.created", product);
    }
    let (changed, deleted) = (account.ago(9), account.ago(8));
    let change = json!({ "description": "A mill for salt", "updated": changed });
    account.change("products", "prod_mill", changed, "product.updated", change);
    account.delete("products", "prod_old", deleted, "product.deleted");

    account.put("prices", "price.created", price("price_tea", created));
    let mut tiered = price("price_mill", account.ago(15));
    let tiers = json!([
        { "flat_amount": null, "flat_amount_decimal": null, "unit_amount": 900, "unit_amount_decimal": "900", "up_to": 10 },
        { "flat_amount": 500, "flat_amount_decimal": "500", "unit_amount": null, "unit_amount_decimal": null, "up_to": null },
    ]);
    for (field, value) in [
        ("billing_scheme", json!("tiered")),
        ("product", json!("prod_mill")),
        ("tiers", tiers),
        ("tiers_mode", json!("volume")),
        ("unit_amount", Value::Null),
        ("unit_amount_decimal", Value::Null),
    ] {
        tiered[field] = value;
    }
    account.put("prices", "price.created", tiered);
    account.put("plans", "plan.created", plan("price_tea", created));
    account.put("plans", "plan.created", plan("price_mill", account.ago(15)));
    account.put("coupons", "coupon.created", coupon("SPRING", account.ago(100)));
    account.put("coupons", "coupon.created", coupon("AUTUMN", account.ago(25)));
    account.put("coupons", "coupon.created", coupon("OOPS", account.ago(24)));
    account.delete("coupons", "OOPS", account.ago(24) + HOUR, "coupon.deleted");
}

fn product(id: &str, name: &str, created: i64) -> Value {
    let fields = json!({ "active": true, "attributes": [], "images": [], "name": name, "type": "service" });
    let unset =
        "default_price description package_dimensions shippable statement_descriptor tax_code unit_label url";
    object("product", id, created, fields, unset)
}

fn price(id: &str, created: i64) -> Value {
    let fields = json!({
        "active": true,
        "billing_scheme": "per_unit",
        "currency": "eur",
        "product": "prod_tea",
        "recurring": {
            "aggregate_usage": null,
            "interval": "month",
            "interval_count": 1,
            "trial_period_days": null,
            "usage_type": "licensed",
        },
        "tax_behavior": "unspecified",
        "type": "recurring",
        "unit_amount": 1250,
        "unit_amount_decimal": "1250",
    });
    object(
        "price",
        id,
        created,
        fields,
        "custom_unit_amount lookup_key nickname tiers_mode transform_quantity",
    )
}

fn plan(id: &str, created: i64) -> Value {
    let fields = json!({
        "active": true,
        "amount": 1250,
        "amount_decimal": "1250",
        "billing_scheme": "per_unit",
        "currency": "eur",
        "interval": "month",
        "interval_count": 1,
        "product": "prod_tea",
        "usage_type": "licensed",
    });
    object(
        "plan",
        id,
        created,
        fields,
        "aggregate_usage nickname tiers_mode transform_usage trial_period_days",
    )
}

fn coupon(id: &str, created: i64) -> Value {
    let fields = json!({
        "duration": "once",
        "percent_off": 12.5,
        "times_redeemed": 0,
        "valid": true,
    });
    object(
        "coupon",
        id,
        created,
        fields,
        "amount_off currency duration_in_months max_redemptions name redeem_by",
    )
}

fn subscription(account: &mut Account, number: i64, created: i64, items: i64) {
    let id = format!("sub_{number}");
    let item = |item| {
        let fields = json!({
            "plan": plan("price_tea", created),
            "price": price("price_tea", created),
            "quantity": 1,
            "subscription": id,
            "tax_rates": [],
        });
        let mut item = object(
            "subscription_item",
            &format!("si_{number}_{item:02}"),
            created,
            fields,
            "billing_thresholds",
        );
        if let Some(fields) = item.as_object_mut() {
            fields.remove("livemode");
        }
        item
    };
    let items: Vec<Value> = (1..=items).map(item).collect();
    let fields = json!({
        "automatic_tax": { "enabled": false },
        "billing_cycle_anchor": created,
        "cancel_at_period_end": false,
        "cancellation_details": { "comment": null, "feedback": null, "reason": null },
        "collection_method": "charge_automatically",
        "currency": "eur",
        "current_period_end": created + 30 * DAY,
        "current_period_start": created,
        "customer": format!("cus_{number:03}"),
        "default_tax_rates": [],
        "items": embedded(&format!("/v1/subscription_items?subscription={id}"), &items),
        "latest_invoice": format!("in_{number}"),
        "payment_settings": payment_settings(),
        "quantity": 1,
        "start_date": created,
        "status": "active",
        "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
    });
    let unset = "application application_fee_percent billing_thresholds cancel_at canceled_at days_until_due \
        default_payment_method default_source description discount ended_at next_pending_invoice_item_invoice \
        on_behalf_of pause_collection pending_invoice_item_interval pending_setup_intent pending_update plan schedule \
        test_clock transfer_data trial_end trial_start";
    let subscription = object("subscription", &id, created, fields, unset);
    account.put("subscriptions", "customer.subscription.created", subscription);
}

fn payment_settings() -> Value {
    json!({ "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off" })
}

/// An invoice that is paid an hour after it was made.
fn invoice(account: &mut Account, number: i64, created: i64, lines: i64) {
    let (id, total) = (format!("in_{number}"), 100 * lines);
    let lines: Vec<Value> = (1..=lines).map(|line| invoice_line(number, line, created)).collect();
    let fields = json!({
        "account_country": "IE",
        "account_name": "Acme",
        "amount_due": total,
        "amount_paid": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": false,
        "auto_advance": true,
        "automatic_tax": { "enabled": false, "status": null },
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "currency": "eur",
        "customer": format!("cus_{number:03}"),
        "customer_email": format!("customer{number}@example.com"),
        "customer_name": format!("Customer {number}"),
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "lines": embedded(&format!("/v1/invoices/{id}/lines"), &lines),
        "number": format!("ACME-{number:04}"),
        "paid": false,
        "paid_out_of_band": false,
        "payment_settings":
            { "default_mandate": null, "payment_method_options": null, "payment_method_types": null },
        "period_end": created,
        "period_start": created - 30 * DAY,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "open",
        "status_transitions":
            { "finalized_at": created, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null },
        "subscription": format!("sub_{number}"),
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_tax_amounts": [],
    });
    let unset = "account_tax_ids application application_fee_amount charge custom_fields customer_address customer_phone \
        customer_shipping default_payment_method default_source description discount due_date ending_balance footer \
        from_invoice hosted_invoice_url invoice_pdf last_finalization_error latest_revision next_payment_attempt \
        on_behalf_of payment_intent quote receipt_number rendering_options shipping_cost shipping_details \
        statement_descriptor tax test_clock transfer_data webhooks_delivered_at";
    account.put("invoices", "invoice.created", object("invoice", &id, created, fields, unset));
    let change = json!({
        "amount_paid": total,
        "amount_remaining": 0,
        "attempt_count": 1,
        "attempted": true,
        "paid": true,
        "status": "paid",
    });
    account.change("invoices", &id, created + HOUR, "invoice.paid", change);
}

fn invoice_line(invoice: i64, number: i64, created: i64) -> Value {
    let fields = json!({
        "amount": 100,
        "amount_excluding_tax": 100,
        "currency": "eur",
        "description": format!("Tea, parcel {number}"),
        "discount_amounts": [],
        "discountable": true,
        "discounts": [],
        "period": { "start": created - 30 * DAY, "end": created },
        "proration": false,
        "proration_details": { "credited_items": null },
        "quantity": 1,
        "subscription": format!("sub_{invoice}"),
        "tax_amounts": [],
        "tax_rates": [],
        "type": "subscription",
        "unit_amount_excluding_tax": "100",
    });
    let mut line = object("line_item", &format!("il_{invoice}_{number:03}"), created, fields, "plan price");
    if let Some(fields) = line.as_object_mut() {
        fields.remove("created");
    }
    line
}

fn invoice_item(account: &Account, id: &str, date: i64) -> Value {
    let fields = json!({
        "amount": 300,
        "currency": "eur",
        "customer": "cus_003",
        "date": date,
        "discountable": true,
        "discounts": [],
        "period": { "start": date, "end": account.now },
        "proration": false,
        "quantity": 1,
        "tax_rates": [],
        "unit_amount": 300,
        "unit_amount_decimal": "300",
    });
    let mut item =
        object("invoiceitem", id, date, fields, "description invoice plan price subscription test_clock");
    if let Some(fields) = item.as_object_mut() {
        fields.remove("created");
    }
    item
}
