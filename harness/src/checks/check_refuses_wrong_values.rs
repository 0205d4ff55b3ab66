use super::check_refuses_incomplete_configs::refused;
use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::trial::CaseKind;
use crate::verdict::Verdict;

pub(super) const CHECK: Check = Check {
    id: "check_refuses_wrong_values",
    level: Level::Should,
    group: Group::Check,
    requirement: "`check` refuses a config with a value that the spec does not allow.",
    why: "What the spec does not allow was not thought of: the connector works with something else than was meant, or fails later.",
    source: "The protocol's connectionSpecification, which a config has to satisfy; Airbyte's placeholder for such values (test_optional, test_has_secret) asserts nothing.",
    judge,
    condemns: &[
        "$ check : wrong /key\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}",
    ],
    acquits: &[
        "$ check : wrong /key\n{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"FAILED\",\"message\":\"key\"}}",
        "$ check : wrong /key\n{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":1,\"error\":{\"message\":\"key\",\"failure_type\":\"config_error\"}}}\n= exit 1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    refused(evidence, CaseKind::Wrong)
}
