# A connector of one page: `connector.sh CLIENT COMMAND [--config FILE ..]` asks for it with the program that is named.
client=$1 command=$2
while [ $# -gt 1 ]; do
    case $1 in --config) config=$2 ;; esac
    shift
done
get() {
    case $client in
    curl) curl -sS --fail --max-time 20 "$1/users" ;;
    wget) wget -q -O - --tries=1 --timeout=20 "$1/users" ;;
    perl) perl -MHTTP::Tiny -e '$answer = HTTP::Tiny->new(verify_SSL => 1)->get($ARGV[0]); die $answer->{content} unless $answer->{success}; print $answer->{content}' "$1/users" ;;
    # A server of the oldest kind: it hands out files, of which one tells of all branches. A branch is a user.
    git) git ls-remote "$1/users.git" | awk -F/ '$NF ~ /^[0-9]+$/ { print "[{\"id\":" $NF "}]" }' ;;
    esac
}
case $command in
spec) echo '{"type":"SPEC","spec":{"connectionSpecification":{"type":"object","properties":{"api_url":{"type":"string"}}}}}' ;;
check) echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}' ;;
discover) echo '{"type":"CATALOG","catalog":{"streams":[{"name":"users","json_schema":{"type":"object","properties":{"id":{"type":"integer"}}},"supported_sync_modes":["full_refresh"]}]}}' ;;
read)
    users=$(get "$(sed 's/.*"api_url": *"\([^"]*\)".*/\1/' "$config")") || exit
    # One user: what stands between the brackets.
    users=${users#[} users=${users%]}
    echo "{\"type\":\"RECORD\",\"record\":{\"stream\":\"users\",\"emitted_at\":0,\"data\":$users}}"
    echo '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{"read":true}}}}'
    ;;
esac
