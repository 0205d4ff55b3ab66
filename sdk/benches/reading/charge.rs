/// A made-up charge in the shape that Stripe's API gives them, of about 1 KB. Its number stands in `id` alone, so that a
/// server can change it in place.
pub(crate) fn charge() -> String {
    let id = ID;
    format!(
        r#"{{"id":"{id}","object":"charge","amount":2599,"amount_captured":2599,"amount_refunded":0,"application":null,"application_fee":null,"application_fee_amount":null,"balance_transaction":"txn_1PfakeQ8mNzR5tVw","billing_details":{{"address":{{"city":"Zürich","country":"CH","line1":"Seefeldstrasse 12","line2":null,"postal_code":"8008","state":null}},"email":"ada.lovelace@example.test","name":"Ada \"the Countess\" Lovelace","phone":null}},"captured":true,"created":1704708000,"currency":"chf","customer":"cus_PfakeH3kLmNo4p","description":"Order 4711: a box of pencils","disputed":false,"failure_code":null,"failure_message":null,"invoice":null,"livemode":false,"metadata":{{"order_id":"4711","channel":"web"}},"outcome":{{"network_status":"approved_by_network","reason":null,"risk_level":"normal","risk_score":17,"seller_message":"Payment complete.","type":"authorized"}},"paid":true,"payment_intent":"pi_3PfakeQ8mNzR5tVw","payment_method":"pm_1PfakeQ8mNzR5tVw","receipt_url":"https://pay.example.test/receipts/CAcaFwoVYWNjd","refunded":false,"status":"succeeded"}}"#
    )
}

/// One of about 400 bytes.
pub(crate) fn small() -> String {
    let id = ID;
    format!(
        r#"{{"id":"{id}","object":"charge","amount":2599,"balance_transaction":"txn_1PfakeQ8mNzR5tVw","billing_details":{{"address":{{"city":"Zürich","country":"CH","line1":"Seefeldstrasse 12","line2":null,"postal_code":"8008","state":null}},"email":"ada.lovelace@example.test"}},"created":1704708000,"currency":"chf","description":"Order 4711: a box of pencils","paid":true,"refunded":false,"status":"succeeded"}}"#
    )
}

/// As long as all of them are.
pub(crate) const ID: &str = "ch_000000000000";

/// The id of the record of a number.
pub(crate) fn id(number: u64) -> String {
    format!("ch_{number:012}")
}
