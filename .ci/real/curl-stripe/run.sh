# A connector for the customers of Stripe, in curl and jq.
command=$1
while [ $# -gt 1 ]; do
    case $2 in --config) config=$3 ;; --catalog) catalog=$3 ;; --state) state=$3 ;; esac
    shift 2
done
from() { [ -n "${2:-}" ] && jq -r "$1" "$2"; } # FILTER FILE: nothing where there is no file
# The key goes in by stdin: arguments are for everybody to see.
get() {
    printf 'header = "Authorization: Bearer %s"' "$(from .api_key "$config")" |
        curl -sS --fail --max-time 60 -K - -H 'Stripe-Version: 2022-11-15' "https://api.stripe.com/v1/customers?$1"
}
failed() { # TYPE MESSAGE
    jq -nc --arg type "$1" --arg message "$2" '{type: "TRACE", trace: {type: "ERROR", emitted_at: (now * 1000),
        error: {message: $message, failure_type: $type}}}'
    exit 1
}

case $command in
spec) echo '{"type":"SPEC","spec":{"connectionSpecification":{"type":"object","required":["api_key"],"properties":{"api_key":{"type":"string","airbyte_secret":true}}}}}' ;;
check)
    [ -n "$(from '.api_key // empty' "$config")" ] && get limit=100 > /dev/null && status=SUCCEEDED || status=FAILED
    echo "{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"$status\"}}"
    ;;
discover) echo '{"type":"CATALOG","catalog":{"streams":[{"name":"customers","json_schema":{"type":"object","properties":{"id":{"type":"string"},"email":{"type":"string"},"description":{"type":"string"},"created":{"type":"integer"}}},"supported_sync_modes":["full_refresh","incremental"],"source_defined_cursor":true,"default_cursor_field":["id"],"source_defined_primary_key":[["id"]]}]}}' ;;
read)
    strange=$(from '.streams[].stream.name | select(. != "customers")' "$catalog")
    [ -z "$strange" ] || failed config_error "there is no stream $strange: configure customers"
    after=$(from '.[0].stream.stream_state.after // empty' "${state:-}")
    while :; do
        page=$(get "limit=100${after:+&starting_after=$after}") || failed system_error "failed to list customers"
        echo "$page" | jq -c '.data[] | {type: "RECORD", record: {stream: "customers", emitted_at: (now * 1000 | floor), data: {id, email, description, created}}}'
        last=$(echo "$page" | jq -r '.data[-1].id // empty')
        after=${last:-$after}
        echo "{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"customers\"},\"stream_state\":{\"after\":\"$after\"}}}}"
        [ "$(echo "$page" | jq .has_more)" = true ] || break
    done
    ;;
esac
