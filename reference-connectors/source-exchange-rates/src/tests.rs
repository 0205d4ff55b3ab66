use connector_sdk::FailureType;

use super::*;

#[test]
fn each_error_of_the_api_says_who_can_mend_it() {
    for (code, failure_type) in [
        (101, FailureType::ConfigError),
        (104, FailureType::TransientError),
        (105, FailureType::ConfigError),
        (201, FailureType::ConfigError),
        (303, FailureType::SystemError),
    ] {
        let error = error(Reason { code, info: "no more".to_owned() });
        assert_eq!(error.failure_type(), failure_type, "{code}");
        assert!(error.to_string().ends_with(": no more"), "{error}");
    }
}
