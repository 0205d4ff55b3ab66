# A connector for what @octokit/fixtures has recorded of GitHub, in curl and jq: its streams are four of those recordings.
command=$1
while [ $# -gt 1 ]; do
    case $2 in --config) config=$3 ;; --catalog) catalog=$3 ;; esac
    shift 2
done
api=https://api.github.com
repos=$api/repos/octokit-fixture-org
# Prints the body, and after it a line with the URL of the next page.
ask() {
    printf 'header = "Authorization: token %s"' "$(jq -r .token "$config")" |
        curl -sS --max-time 60 -K - -H 'Accept: application/vnd.github.v3+json' -w '\n%header{link}\n' "$@" |
        sed '$ { /rel="next"/!s/.*//; s/.*<\([^>]*\)>; rel="next".*/\1/; }'
}
records() { jq -c --arg stream "$stream" "$1 | {type: \"RECORD\", record: {stream: \$stream, emitted_at: (now * 1000 | floor), data: .}}"; }

case $command in
spec) echo '{"type":"SPEC","spec":{"connectionSpecification":{"type":"object","required":["token"],"properties":{"token":{"type":"string","airbyte_secret":true}}}}}' ;;
check)
    name=$(ask "$repos/hello-world" | sed '$d' | jq -r .name)
    [ "$name" = hello-world ] && [ -n "$(jq -r '.token // empty' "$config")" ] && status=SUCCEEDED || status=FAILED
    echo "{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"$status\"}}"
    ;;
discover)
    jq -nc '{type: "CATALOG", catalog: {streams: [("repository", "issues", "found", "refused") as $name |
        {name: $name, json_schema: {type: "object"}, supported_sync_modes: ["full_refresh"]}]}}'
    ;;
read)
    for stream in $(jq -r '.streams[].stream.name' "$catalog"); do
        case $stream in
        repository) ask "$repos/hello-world" | sed '$d' | records . ;;
        issues)
            next="$repos/paginate-issues/issues?per_page=3"
            while [ -n "$next" ]; do
                page=$(ask "$next"; echo end) # or else the last line is lost where it is empty
                page=${page%?end}
                echo "$page" | sed '$d' | records '.[]'
                next=$(echo "$page" | tail -n 1)
            done
            ;;
        found) ask "$api/search/issues?q=sesame+repo%3Aoctokit-fixture-org%2Fsearch-issues" | sed '$d' | records '.items[]' ;;
        # A label that GitHub refuses, and what it says of that.
        refused) ask "$repos/errors/labels" --json '{"color": "invalid", "name": "foo"}' | sed '$d' | records . ;;
        *)
            jq -nc --arg message "there is no stream $stream" '{type: "TRACE", trace: {type: "ERROR", emitted_at: (now * 1000),
                error: {message: $message, failure_type: "config_error"}}}'
            exit 1
            ;;
        esac
        # There is nothing to take up again, but a stream that has been read says so.
        jq -nc --arg stream "$stream" '{type: "STATE", state: {type: "STREAM", stream: {stream_descriptor: {name: $stream}, stream_state: {}}}}'
    done
    ;;
esac
