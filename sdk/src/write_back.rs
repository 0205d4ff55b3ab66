use std::cell::RefCell;

use connector_protocol::{ConnectorConfig, ControlMessage, ControlType, JsonObject};
use serde_json::Value;

use crate::output::Output;
use crate::scope::current;
use crate::secret::secrets;
use crate::{Error, Result};

/// Asks the platform to keep these values in the config from now on, each at its dotted path.
///
/// The platform is sent the whole config as it was given, unknown fields included, with these values in it; objects on
/// the way to a path are made where there are none. If every value stands there already, nothing is sent. A value at
/// a place that the spec marks as secret is hidden like any other secret.
///
/// The `Config` that the connector holds stays as it was. For tokens there is
/// [`OAuth::written_back`](crate::OAuth::written_back), which does all of this by itself. Platforms differ in whether they
/// listen while a `check` runs.
///
/// ```no_run
/// # fn migrate(workspace: String) -> connector_sdk::Result<()> {
/// connector_sdk::write_back([("workspace.id", workspace)])?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If no command with a config is running, if a path leads through something that is no object, or if nobody reads
/// standard output any more.
pub fn write_back<P: AsRef<str>, V: Into<Value>>(changes: impl IntoIterator<Item = (P, V)>) -> Result<()> {
    let output = current().ok_or_else(nothing_held)?;
    output.held_config().renew(changes, &output)
}

fn nothing_held() -> Error {
    Error::system("no command with a config is running, so there is no config to write back")
}

/// The config of the running command as the platform holds it: what was given, with what was written back since.
#[derive(Default)]
pub(crate) struct HeldConfig(RefCell<Option<Held>>);

#[derive(Clone)]
struct Held {
    config: JsonObject,
    /// Says which of its values are secret.
    schema: JsonObject,
}

impl HeldConfig {
    /// Keeps the config that the command was given.
    pub(crate) fn hold(&self, config: JsonObject, schema: JsonObject) {
        self.0.replace(Some(Held { config, schema }));
    }

    /// The text at a dotted path. An empty one is none: that is what a form leaves that nobody filled in.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let held = self.0.borrow();
        let mut fields = &held.as_ref()?.config;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let value = fields.get(name)?;
            if names.peek().is_none() {
                return value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
            }
            fields = value.as_object()?;
        }
        None
    }

    fn renew<P: AsRef<str>, V: Into<Value>>(
        &self,
        changes: impl IntoIterator<Item = (P, V)>,
        output: &Output,
    ) -> Result<()> {
        let held = self.0.borrow().clone().ok_or_else(nothing_held)?;
        let mut renewed = held.config.clone();
        for (path, value) in changes {
            set(&mut renewed, path.as_ref(), value.into())?;
        }
        if renewed == held.config {
            return Ok(());
        }
        output.redact(&secrets(&held.schema, &Value::Object(renewed.clone())));
        output.send(ControlMessage {
            control_type: ControlType::ConnectorConfig,
            emitted_at: output.emitted_at(),
            connector_config: Some(ConnectorConfig { config: renewed.clone(), extra: JsonObject::new() }),
            extra: JsonObject::new(),
        })?;
        self.hold(renewed, held.schema);
        Ok(())
    }
}

/// Puts a value at a dotted path, with the objects that lead there.
fn set(mut fields: &mut JsonObject, path: &str, value: Value) -> Result<()> {
    let (way, last) = path.rsplit_once('.').unwrap_or(("", path));
    for name in way.split('.').filter(|_| !way.is_empty()) {
        let next = fields.entry(name).or_insert_with(|| JsonObject::new().into());
        fields = next.as_object_mut().ok_or_else(|| {
            Error::system(format!(
                "failed to write `{path}` back to the config: `{name}` is there and is no object"
            ))
        })?;
    }
    fields.insert(last.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use connector_protocol::{Message, Payload};
    use serde_json::json;

    use super::*;
    use crate::output::tests::Page;
    use crate::scope::within;

    fn object(value: Value) -> JsonObject {
        serde_json::from_value(value).unwrap()
    }

    /// An output whose command was given a config with one secret.
    fn holding(page: &Page) -> Rc<Output> {
        let output = page.output();
        let config = json!({"login": {"token": "old-1", "kind": "x"}, "unknown": [1.50, null], "note": ""});
        let schema = json!({"properties": {
            "login": {"properties": {"token": {"airbyte_secret": true}}}}});
        output.held_config().hold(object(config), object(schema));
        Rc::new(output)
    }

    fn configs(page: &Page) -> Vec<Value> {
        let told = |line: &str| match serde_json::from_str::<Message>(line).unwrap().payload {
            Payload::Control(control) => Some(control.connector_config?.config.into()),
            _ => None,
        };
        page.text().lines().filter_map(told).collect()
    }

    #[tokio::test]
    async fn the_whole_config_is_sent_with_the_new_values_in_it() {
        let page = Page::default();
        within(holding(&page), async {
            write_back([("login.token", "new-1"), ("made.on.the.way", "x")]).unwrap();
            write_back([("login.token", "new-2")]).unwrap();
        })
        .await;
        let config = |token: &str| {
            json!({
                "login": {"token": token, "kind": "x"}, "unknown": [1.50, null], "note": "",
                "made": {"on": {"the": {"way": "x"}}}
            })
        };
        assert_eq!(configs(&page), [config("new-1"), config("new-2")]);
    }

    #[tokio::test]
    async fn what_is_there_already_is_not_sent() {
        let page = Page::default();
        within(holding(&page), async { write_back([("login.token", "old-1")]).unwrap() }).await;
        assert_eq!(page.text(), "");
    }

    #[tokio::test]
    async fn a_new_secret_is_hidden_like_the_old_one() {
        let page = Page::default();
        let output = holding(&page);
        within(Rc::clone(&output), async { write_back([("login.token", "new-1")]).unwrap() }).await;
        assert!(page.text().contains("new-1"), "the platform must learn it: {}", page.text());
        assert_eq!(output.redacted("old new-1"), "old ****");
    }

    #[tokio::test]
    async fn a_path_through_something_else_is_refused_and_nothing_is_sent() {
        let page = Page::default();
        let error = within(holding(&page), async { write_back([("login.kind.a", 1)]).unwrap_err() }).await;
        assert_eq!(
            error.to_string(),
            "failed to write `login.kind.a` back to the config: `kind` is there and is no object"
        );
        assert_eq!(page.text(), "");
    }

    #[test]
    fn there_is_nothing_to_renew_outside_of_a_command() {
        let error = write_back([("a", 1)]).unwrap_err().to_string();
        assert!(error.starts_with("no command with a config is running"), "{error}");
    }

    #[test]
    fn texts_are_found_at_their_paths() {
        let output = holding(&Page::default());
        let text = |path: &str| output.held_config().text(path);
        assert_eq!(text("login.token").as_deref(), Some("old-1"));
        for path in ["login", "login.none", "login.token.deeper", "none.at.all", "unknown", "note", ""] {
            assert_eq!(text(path), None, "{path}");
        }
    }
}
