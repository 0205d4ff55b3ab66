//! Money that comes and goes: payments, refunds, disputes, payouts, transfers, and what each of them does to the balance.

use serde_json::{Value, json};

use super::account::{Account, DAY, HOUR};
use super::object::{embedded, object};

pub(crate) fn make(account: &mut Account) {
    // One every 36 hours, so that there are three pages of them.
    for number in 1..=203 {
        let created = account.ago(304) + number * 36 * HOUR;
        let entry = balance_transaction(&format!("txn_fee_{number:03}"), created, "stripe_fee", -25, None);
        account.put("balance_transactions", "", entry);
    }
    for number in 1..=8 {
        payment(account, number, account.ago(300 - 36 * number) - number * HOUR);
    }
    for number in 1..=3 {
        payout(account, number, account.ago(200 - 60 * number));
        transfer(account, number, account.ago(190 - 60 * number));
    }

    account.put("refunds", "refund.created", refund("re_1", "ch_2", "pi_2", account.ago(120)));

    let disputed = account.ago(11);
    let withdrawn = balance_transaction("txn_dp_1", disputed, "adjustment", -1800, Some("dp_1"));
    account.put("disputes", "charge.dispute.created", dispute(disputed, &withdrawn));
    account.put("balance_transactions", "", withdrawn);
    account.change("charges", "ch_8", disputed, "charge.updated", json!({ "disputed": true }));

    let refunded = account.ago(4);
    account.put("refunds", "refund.created", refund("re_2", "ch_8", "pi_8", refunded));
    let change = json!({ "amount_refunded": 300 });
    account.change("charges", "ch_8", refunded, "charge.refunded", change);
    let change = json!({ "receipt_number": "1234-5678" });
    account.change("refunds", "re_2", refunded + DAY, "charge.refund.updated", change);

    let change = json!({ "status": "lost" });
    account.change("disputes", "dp_1", account.ago(2), "charge.dispute.closed", change);
}

/// A payment that succeeds within a minute.
fn payment(account: &mut Account, number: i64, created: i64) {
    let (amount, charge, intent) = (1000 + 100 * number, format!("ch_{number}"), format!("pi_{number}"));
    let transaction = format!("txn_{charge}");
    let entry = balance_transaction(&transaction, created + 60, "charge", amount, Some(&charge));
    account.put("balance_transactions", "", entry);
    account.put(
        "payment_intents",
        "payment_intent.created",
        payment_intent(&intent, number, created, amount),
    );
    account.put(
        "charges",
        "charge.succeeded",
        self::charge(&charge, &intent, &transaction, number, created + 60, amount),
    );
    let change = json!({
        "amount_received": amount,
        "latest_charge": charge,
        "payment_method": "pm_1",
        "status": "succeeded",
    });
    account.change("payment_intents", &intent, created + 60, "payment_intent.succeeded", change);
}

fn payment_intent(id: &str, number: i64, created: i64, amount: i64) -> Value {
    let fields = json!({
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": { "tip": {} },
        "amount_received": 0,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "currency": "eur",
        "customer": format!("cus_{number:03}"),
        "payment_method_options": { "card": { "request_three_d_secure": "automatic" } },
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    });
    let unset = "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason \
        client_secret description invoice last_payment_error latest_charge next_action on_behalf_of payment_method \
        processing receipt_email review setup_future_usage shipping source statement_descriptor \
        statement_descriptor_suffix transfer_data transfer_group";
    object("payment_intent", id, created, fields, unset)
}

fn charge(id: &str, intent: &str, transaction: &str, number: i64, created: i64, amount: i64) -> Value {
    let fields = json!({
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "balance_transaction": transaction,
        "billing_details": { "address": null, "email": null, "name": "A. Customer", "phone": null },
        "calculated_statement_descriptor": "ACME",
        "captured": true,
        "currency": "eur",
        "customer": format!("cus_{number:03}"),
        "disputed": false,
        "fraud_details": {},
        "outcome": {
            "network_status": "approved_by_network",
            "reason": null,
            "risk_level": "normal",
            "risk_score": 12,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": true,
        "payment_intent": intent,
        "payment_method": "pm_1",
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": "visa",
                "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                "country": "IE",
                "exp_month": 4,
                "exp_year": 2031,
                "fingerprint": "finger1",
                "funding": "debit",
                "installments": null,
                "last4": "4242",
                "mandate": null,
                "network": "visa",
                "three_d_secure": null,
                "wallet": null,
            },
        },
        "refunded": false,
        "status": "succeeded",
    });
    let unset = "application application_fee application_fee_amount description failure_balance_transaction failure_code \
        failure_message invoice on_behalf_of receipt_email receipt_number receipt_url review shipping source_transfer \
        statement_descriptor statement_descriptor_suffix transfer_data transfer_group";
    object("charge", id, created, fields, unset)
}

fn balance_transaction(id: &str, created: i64, kind: &str, amount: i64, source: Option<&str>) -> Value {
    let fee = if kind == "charge" { amount * 29 / 1000 + 30 } else { 0 };
    let fee_details = json!({
        "amount": fee,
        "application": null,
        "currency": "eur",
        "description": "Processing",
        "type": "stripe_fee",
    });
    let fields = json!({
        "amount": amount,
        "available_on": created + 2 * DAY,
        "currency": "eur",
        "fee": fee,
        "fee_details": if fee > 0 { json!([fee_details]) } else { json!([]) },
        "net": amount - fee,
        "reporting_category": if kind == "stripe_fee" { "fee" } else { kind },
        "source": source,
        "status": "available",
        "type": kind,
    });
    let mut transaction = object("balance_transaction", id, created, fields, "description exchange_rate");
    if let Some(fields) = transaction.as_object_mut() {
        fields.retain(|name, _| name != "livemode" && name != "metadata");
    }
    transaction
}

fn refund(id: &str, charge: &str, intent: &str, created: i64) -> Value {
    let fields = json!({
        "amount": 300,
        "balance_transaction": null,
        "charge": charge,
        "currency": "eur",
        "payment_intent": intent,
        "reason": "requested_by_customer",
        "status": "succeeded",
    });
    let mut refund =
        object("refund", id, created, fields, "receipt_number source_transfer_reversal transfer_reversal");
    if let Some(fields) = refund.as_object_mut() {
        fields.remove("livemode");
    }
    refund
}

fn dispute(created: i64, withdrawn: &Value) -> Value {
    let mut evidence = json!({ "customer_name": "A. Customer", "product_description": "Tea" });
    for name in EVIDENCE.split_whitespace() {
        evidence[name] = Value::Null;
    }
    let fields = json!({
        "amount": 1800,
        "balance_transactions": [withdrawn],
        "charge": "ch_8",
        "currency": "eur",
        "evidence": evidence,
        "evidence_details": {
            "due_by": created + 9 * DAY,
            "has_evidence": true,
            "past_due": false,
            "submission_count": 1,
        },
        "is_charge_refundable": false,
        "payment_intent": "pi_8",
        "reason": "fraudulent",
        "status": "needs_response",
    });
    object("dispute", "dp_1", created, fields, "")
}

const EVIDENCE: &str = "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure \
    cancellation_rebuttal customer_communication customer_email_address customer_purchase_ip customer_signature \
    duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id receipt refund_policy \
    refund_policy_disclosure refund_refusal_explanation service_date service_documentation shipping_address \
    shipping_carrier shipping_date shipping_documentation shipping_tracking_number uncategorized_file \
    uncategorized_text";

fn payout(account: &mut Account, number: i64, created: i64) {
    let id = format!("po_{number}");
    let fields = json!({
        "amount": 5000,
        "arrival_date": created + 2 * DAY,
        "automatic": true,
        "balance_transaction": format!("txn_{id}"),
        "currency": "eur",
        "destination": "ba_1",
        "method": "standard",
        "reconciliation_status": "in_progress",
        "source_type": "card",
        "status": "in_transit",
        "type": "bank_account",
    });
    let unset = "description failure_balance_transaction failure_code failure_message original_payout reversed_by \
        statement_descriptor";
    account.put("payouts", "payout.created", object("payout", &id, created, fields, unset));
    account.change("payouts", &id, created + 2 * DAY, "payout.paid", json!({ "status": "paid" }));
}

fn transfer(account: &mut Account, number: i64, created: i64) {
    let id = format!("tr_{number}");
    let fields = json!({
        "amount": 700,
        "amount_reversed": 0,
        "balance_transaction": format!("txn_{id}"),
        "currency": "eur",
        "destination": "acct_supplier",
        "destination_payment": format!("py_{number}"),
        "reversals": embedded(&format!("/v1/transfers/{id}/reversals"), &[]),
        "reversed": false,
        "source_type": "card",
    });
    let unset = "description source_transaction transfer_group";
    account.put("transfers", "transfer.created", object("transfer", &id, created, fields, unset));
}
