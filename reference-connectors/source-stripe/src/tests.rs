use std::net::TcpListener;

use connector_sdk::Outcome;
use connector_sdk::testing::{Transcript, Trial};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use wiremock::MockServer;

use super::*;

#[path = "../examples/api/server/mod.rs"]
mod server;

use server::{ACCOUNT, Account as Data, KEY, Server};

const DAY: i64 = 86_400;
/// 2026-11-22T12:00:00Z.
const NOW: i64 = 1_795_348_800;

fn run<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Stripe as the connector finds it.
struct Scene {
    stripe: Stripe,
    server: MockServer,
    config: Value,
}

impl Scene {
    async fn of(server: Server) -> Self {
        let server = server.listen(TcpListener::bind("127.0.0.1:0").unwrap()).await;
        let config =
            json!({ "account_id": ACCOUNT, "client_secret": KEY, "start_date": "2026-01-20T00:00:00Z" });
        Scene { stripe: Stripe { url: format!("{}/v1", server.uri()) }, server, config }
    }

    async fn usual() -> Self {
        Self::of(Server::new(Data::at(NOW))).await
    }

    fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.config[field] = value.into();
        self
    }

    fn trial(&self) -> Trial<'_, Stripe> {
        Trial::of(&self.stripe, self.config.clone()).now("2026-11-22T12:00:00Z")
    }

    /// A read that goes on from states of so many days ago.
    async fn later(&self, days: i64, streams: &[&str]) -> Transcript {
        self.trial().state(updated(days, streams)).read(streams.iter().copied()).await
    }

    /// The paths that were asked for.
    async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap_or_default();
        requests.iter().map(|request| request.url.path().to_owned()).collect()
    }
}

fn updated(days: i64, streams: &[&str]) -> Value {
    let state = |name: &&str| {
        json!({
            "type": "STREAM",
            "stream": { "stream_descriptor": { "name": name }, "stream_state": { "updated": NOW - days * DAY } },
        })
    };
    streams.iter().map(state).collect()
}

fn ids(records: &[Value]) -> Vec<&str> {
    records.iter().filter_map(|record| record["id"].as_str()).collect()
}

/// What an event tells is what a list would, later; a state tells which of the two is read.
#[test]
fn a_first_read_that_is_killed_anywhere_loses_nothing() {
    run(async {
        let scene = Scene::usual().await.with("start_date", "2026-10-18T00:00:00Z").with("slice_range", 10);
        let trial = scene.trial().but_for("updated").but_for("is_deleted");
        let streams = [
            "balance_transactions",
            "customers",
            "customer_balance_transactions",
            "invoice_line_items",
            "payment_intents",
            "subscription_items",
        ];
        let kills = trial.killed_anywhere(streams).await.unwrap();
        assert!(kills.records > 150 && kills.resumed > 20, "{kills:?}");
    });
}

#[test]
fn a_later_read_that_is_killed_anywhere_loses_nothing() {
    run(async {
        let scene = Scene::usual().await.with("slice_range", 8);
        let streams = ["charges", "customers", "invoices", "subscription_items"];
        let trial = scene.trial().state(updated(25, &streams));
        let kills = trial.killed_anywhere(streams).await.unwrap();
        assert!(kills.records > 25 && kills.resumed > 12, "{kills:?}");
    });
}

#[test]
fn every_stream_has_records_and_every_field_is_declared() {
    run(async {
        let scene = Scene::usual().await;
        let offered = scene.trial().discover().await.catalog();
        let names: Vec<&str> = offered.iter().filter_map(|stream| stream["name"].as_str()).collect();
        assert_eq!(names.len(), 19);
        let first = scene.trial().side_by_side().read(names.iter().copied()).await;
        let later = scene.later(28, &names).await;
        for read in [first, later] {
            assert_eq!(read.logs(), Vec::<String>::new());
            for name in &names {
                assert!(!read.records(name).is_empty(), "{name}");
            }
        }
    });
}

#[test]
fn events_tell_what_has_changed_however_old_it_is() {
    run(async {
        let scene = Scene::usual().await;
        let read = scene.later(6, &["customers"]).await;
        let records = read.records("customers");
        assert_eq!(ids(&records), ["cus_200", "cus_204", "cus_190", "cus_203", "cus_010", "cus_202"]);
        assert_eq!(records[0]["is_deleted"], true);
        assert_eq!(records[4]["updated"], NOW - 5 * DAY);
        assert_eq!(records[4]["email"], "new@example.com");
        assert_eq!(records[4]["is_deleted"], false);
        assert_eq!(scene.asked().await, ["/v1/events"]);
        assert_eq!(read.states("customers"), [json!({ "updated": NOW - 3600 })]);
    });
}

#[test]
fn a_state_that_is_older_than_the_events_begins_anew() {
    run(async {
        let scene = Scene::usual().await;
        let read = scene.later(30, &["products"]).await;
        assert_eq!(ids(&read.records("products")), ["prod_mill", "prod_tea"]);
        assert_eq!(scene.asked().await, ["/v1/products"]);
    });
}

#[test]
fn items_that_are_not_all_sent_with_their_owner_are_asked_for() {
    run(async {
        let scene = Scene::usual().await;
        let read = scene.trial().read(["invoice_line_items"]).await;
        let lines = read.records("invoice_line_items");
        let mut of_second = ids(&lines);
        of_second.retain(|id| id.starts_with("il_2_"));
        of_second.sort_unstable();
        of_second.dedup();
        assert_eq!((lines.len(), of_second.len()), (1 + 125 + 3, 125));
        assert!(
            lines
                .iter()
                .all(|line| line["invoice_id"]
                    == format!("in_{}", &line["subscription"].as_str().unwrap()[4..]))
        );
        assert_eq!(
            scene.asked().await,
            ["/v1/invoices", "/v1/invoices/in_2/lines", "/v1/invoices/in_2/lines"]
        );
    });
}

#[test]
fn the_long_list_of_an_event_is_read_as_it_is_now() {
    run(async {
        let scene = Scene::usual().await;
        let read = scene.later(7, &["subscription_items"]).await;
        let items = read.records("subscription_items");
        assert_eq!(items.len(), 12 + 1, "those of sub_2, and of sub_1, which has ended");
        assert!(items.iter().all(|item| item["is_deleted"] == false));
        assert_eq!(scene.asked().await, ["/v1/events", "/v1/subscription_items"]);
    });
}

#[test]
fn a_subscription_that_has_ended_is_not_gone() {
    run(async {
        let read = Scene::usual().await.later(3, &["subscriptions"]).await;
        let records = read.records("subscriptions");
        assert_eq!((&records[0]["status"], &records[0]["is_deleted"]), (&json!("canceled"), &json!(false)));
    });
}

#[test]
fn a_customer_who_is_gone_by_now_has_no_children() {
    run(async {
        let path = "/v1/customers/cus_195/balance_transactions";
        let scene = Scene::of(Server::new(Data::at(NOW)).failing(path, 404)).await;
        let read = scene.trial().read(["customer_balance_transactions"]).await;
        assert_eq!(*read.outcome(), Outcome::Succeeded);
        assert_eq!(read.records("customer_balance_transactions").len(), 2 + 1);
    });
}

#[test]
fn what_passes_is_asked_for_again() {
    run(async {
        let server = Server::new(Data::at(NOW)).failing("/v1/charges", 429).failing("/v1/payouts", 500);
        let scene = Scene::of(server).await;
        let read = scene.trial().read(["charges", "payouts"]).await;
        assert_eq!((read.records("charges").len(), read.records("payouts").len()), (8, 3));
        assert_eq!(scene.asked().await, ["/v1/charges", "/v1/charges", "/v1/payouts", "/v1/payouts"]);
    });
}

#[test]
fn who_may_not_read_is_told_what_stripe_says() {
    run(async {
        let scene = Scene::usual().await.with("client_secret", "sk_test_other");
        let (status, message) = scene.trial().check().await.status();
        assert_eq!(status, "FAILED");
        assert_eq!(message, "Stripe does not accept this secret key: this is no key of ours");

        let scene = Scene::of(Server::new(Data::at(NOW)).failing("/v1/disputes", 403)).await;
        let read = scene.trial().read(["disputes", "refunds"]).await;
        assert_eq!(
            read.errors()[0],
            "this secret key is not allowed to read that: the key does not have this permission"
        );
        assert_eq!(read.records("refunds").len(), 2);
    });
}

#[test]
fn no_kind_has_more_types_of_events_than_can_be_asked_for() {
    for kind in [kind::CHARGES, kind::INVOICES, kind::PAYMENT_INTENTS, kind::SUBSCRIPTIONS] {
        assert!((1..=20).contains(&kind.events().count()), "{}", kind.list);
    }
}
