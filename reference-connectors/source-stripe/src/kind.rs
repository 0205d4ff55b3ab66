/// A kind of object that changes: where the list of them is, and what Stripe calls what happens to them.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) list: &'static str,
    /// What the list must be asked for to hold all.
    pub(crate) asking: Option<(&'static str, &'static str)>,
    /// The field that says when an object was made.
    pub(crate) made: &'static str,
    events: &'static str,
}

impl Kind {
    const fn new(list: &'static str, events: &'static str) -> Self {
        Kind { list, asking: None, made: "created", events }
    }

    /// The types of the events that tell of these objects: at most 20, more cannot be asked for at once.
    pub(crate) fn events(self) -> impl Iterator<Item = &'static str> {
        self.events.split_whitespace()
    }
}

pub(crate) const CHARGES: Kind = Kind::new(
    "charges",
    "charge.captured charge.expired charge.failed charge.pending charge.refunded charge.succeeded charge.updated",
);

pub(crate) const COUPONS: Kind = Kind::new("coupons", "coupon.created coupon.deleted coupon.updated");

pub(crate) const CUSTOMERS: Kind =
    Kind::new("customers", "customer.created customer.deleted customer.updated");

pub(crate) const DISPUTES: Kind = Kind::new(
    "disputes",
    "charge.dispute.closed charge.dispute.created charge.dispute.funds_reinstated charge.dispute.funds_withdrawn \
     charge.dispute.updated",
);

pub(crate) const INVOICE_ITEMS: Kind = Kind {
    made: "date",
    ..Kind::new("invoiceitems", "invoiceitem.created invoiceitem.deleted invoiceitem.updated")
};

pub(crate) const INVOICES: Kind = Kind::new(
    "invoices",
    "invoice.created invoice.deleted invoice.finalization_failed invoice.finalized invoice.marked_uncollectible \
     invoice.paid invoice.payment_action_required invoice.payment_failed invoice.payment_succeeded invoice.sent \
     invoice.updated invoice.voided",
);

pub(crate) const PAYMENT_INTENTS: Kind = Kind::new(
    "payment_intents",
    "payment_intent.amount_capturable_updated payment_intent.canceled payment_intent.created \
     payment_intent.partially_funded payment_intent.payment_failed payment_intent.processing \
     payment_intent.requires_action payment_intent.succeeded",
);

pub(crate) const PAYOUTS: Kind = Kind::new(
    "payouts",
    "payout.canceled payout.created payout.failed payout.paid payout.reconciliation_completed payout.updated",
);

const TIERS: Option<(&str, &str)> = Some(("expand[]", "data.tiers"));

pub(crate) const PLANS: Kind =
    Kind { asking: TIERS, ..Kind::new("plans", "plan.created plan.deleted plan.updated") };

pub(crate) const PRICES: Kind =
    Kind { asking: TIERS, ..Kind::new("prices", "price.created price.deleted price.updated") };

pub(crate) const PRODUCTS: Kind = Kind::new("products", "product.created product.deleted product.updated");

pub(crate) const REFUNDS: Kind =
    Kind::new("refunds", "charge.refund.updated refund.created refund.failed refund.updated");

pub(crate) const SUBSCRIPTIONS: Kind = Kind {
    // Those that have ended as well.
    asking: Some(("status", "all")),
    ..Kind::new(
        "subscriptions",
        "customer.subscription.created customer.subscription.deleted customer.subscription.paused \
         customer.subscription.pending_update_applied customer.subscription.pending_update_expired \
         customer.subscription.resumed customer.subscription.trial_will_end customer.subscription.updated",
    )
};

pub(crate) const TRANSFERS: Kind =
    Kind::new("transfers", "transfer.created transfer.reversed transfer.updated");
