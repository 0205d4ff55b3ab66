import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;

/** A connector for the lists of Mailchimp and their members, in Java with what comes with it: `HttpClient` as it is by default. */
public final class Source {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int PAGE = 500;

    private static final String SPEC = """
        {"connectionSpecification": {"type": "object", "required": ["apikey"], "properties": {
            "apikey": {"type": "string", "title": "API key", "description": "It ends in the data center", "airbyte_secret": true}}},
         "documentationUrl": "https://mailchimp.com/developer/marketing/api/"}""";
    private static final String CATALOG = """
        {"streams": [
            {"name": "lists", "supported_sync_modes": ["full_refresh"], "source_defined_primary_key": [["id"]],
             "json_schema": {"type": "object", "properties": {
                "id": {"type": "string"}, "name": {"type": "string"}, "date_created": {"type": "string", "format": "date-time"},
                "contact": {"type": "object", "properties": {"city": {"type": "string"}, "country": {"type": "string"}}},
                "stats": {"type": "object", "properties": {"member_count": {"type": "integer"}, "open_rate": {"type": "number"}}}}}},
            {"name": "members", "supported_sync_modes": ["full_refresh", "incremental"], "source_defined_cursor": true,
             "default_cursor_field": ["last_changed"], "source_defined_primary_key": [["list_id"], ["id"]],
             "json_schema": {"type": "object", "properties": {
                "id": {"type": "string"}, "list_id": {"type": "string"}, "email_address": {"type": "string"}, "status": {"type": "string"},
                "merge_fields": {"type": "object"}, "last_changed": {"type": "string", "format": "date-time"},
                "location": {"type": "object", "properties": {"latitude": {"type": "number"}, "longitude": {"type": "number"}}}}}}]}""";

    private final String apiKey;

    private Source(Map<String, Object> config) {
        apiKey = (String) config.get("apikey");
    }

    public static void main(String[] arguments) throws Exception {
        var options = new HashMap<String, String>();
        for (int n = 1; n + 1 < arguments.length; n += 2) options.put(arguments[n], arguments[n + 1]);
        try {
            switch (arguments[0]) {
                case "spec" -> print("SPEC", "spec", Json.read(SPEC));
                case "check" -> print("CONNECTION_STATUS", "connectionStatus", new Source(object(options.get("--config"))).check());
                case "discover" -> print("CATALOG", "catalog", Json.read(CATALOG));
                default -> new Source(object(options.get("--config"))).read(object(options.get("--catalog")), options.get("--state"));
            }
        } catch (Exception error) {
            trace("ERROR", "error", Map.of("message", String.valueOf(error.getMessage()), "stack_trace", error.toString(), "failure_type", "system_error"));
            System.exit(1);
        }
    }

    private Map<String, Object> check() throws InterruptedException {
        try {
            ask("lists", Map.of("count", 1));
            return Map.of("status", "SUCCEEDED");
        } catch (java.io.IOException error) {
            return Map.of("status", "FAILED", "message", String.valueOf(error.getMessage()));
        }
    }

    private void read(Map<String, Object> catalog, String stateFile) throws Exception {
        for (var configured : Source.<List<Map<String, Object>>>as(catalog.get("streams"))) {
            String name = (String) Source.<Map<String, Object>>as(configured.get("stream")).get("name");
            boolean incremental = "incremental".equals(configured.get("sync_mode"));
            status(name, "STARTED");
            status(name, "RUNNING");
            if (name.equals("lists")) {
                int count = 0;
                for (var list : all("lists", "lists", Map.of())) {
                    record(name, list);
                    count++;
                }
                checkpoint(name, Map.of(), count);
            } else {
                members(incremental, incremental ? stateOf(name, stateFile) : new LinkedHashMap<>());
            }
            status(name, "COMPLETE");
        }
    }

    /** The state is, for each list, when the last of its members was changed. */
    private void members(boolean incremental, Map<String, Object> state) throws Exception {
        for (var list : all("lists", "lists", Map.of())) {
            String id = (String) list.get("id");
            var query = new LinkedHashMap<String, Object>(Map.of("sort_field", "last_changed", "sort_dir", "ASC"));
            if (state.containsKey(id)) query.put("since_last_changed", state.get(id));
            int count = 0;
            for (var member : all("lists/" + id + "/members", "members", query)) {
                record("members", member);
                state.put(id, member.get("last_changed"));
                count++;
            }
            checkpoint("members", incremental ? state : Map.of(), count);
        }
    }

    private List<Map<String, Object>> all(String path, String field, Map<String, Object> query) throws Exception {
        var items = new ArrayList<Map<String, Object>>();
        while (true) {
            var paged = new LinkedHashMap<>(query);
            paged.put("count", PAGE);
            paged.put("offset", items.size());
            var page = Source.<List<Map<String, Object>>>as(ask(path, paged).get(field));
            items.addAll(page);
            if (page.size() < PAGE) return items;
        }
    }

    private Map<String, Object> ask(String path, Map<String, Object> query) throws java.io.IOException, InterruptedException {
        var pairs = new StringJoiner("&");
        query.forEach((name, value) -> pairs.add(name + "=" + URLEncoder.encode(value.toString(), StandardCharsets.UTF_8)));
        String center = apiKey.substring(apiKey.lastIndexOf('-') + 1);
        String credentials = Base64.getEncoder().encodeToString(("anystring:" + apiKey).getBytes(StandardCharsets.UTF_8));
        var request = HttpRequest.newBuilder(URI.create("https://" + center + ".api.mailchimp.com/3.0/" + path + "?" + pairs))
            .header("Authorization", "Basic " + credentials).build();
        var response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        var body = Source.<Map<String, Object>>as(Json.read(response.body()));
        if (response.statusCode() != 200) throw new java.io.IOException(response.statusCode() + " " + body.get("title"));
        return body;
    }

    private static void record(String stream, Object data) {
        print("RECORD", "record", Map.of("stream", stream, "data", data, "emitted_at", System.currentTimeMillis()));
    }

    private static void checkpoint(String stream, Object state, int count) {
        print("STATE", "state", Map.of("type", "STREAM", "stream", Map.of("stream_descriptor", Map.of("name", stream), "stream_state", state),
            "sourceStats", Map.of("recordCount", count)));
    }

    private static void status(String stream, String status) {
        trace("STREAM_STATUS", "stream_status", Map.of("stream_descriptor", Map.of("name", stream), "status", status));
    }

    private static void trace(String type, String field, Object value) {
        print("TRACE", "trace", Map.of("type", type, "emitted_at", System.currentTimeMillis(), field, value));
    }

    private static void print(String type, String field, Object value) {
        var message = new LinkedHashMap<String, Object>();
        message.put("type", type);
        message.put(field, value);
        OUT.println(Json.write(message));
    }

    private static Map<String, Object> stateOf(String stream, String file) throws Exception {
        if (file != null) {
            for (var state : Source.<List<Map<String, Object>>>as(Json.read(Files.readString(Path.of(file))))) {
                var of = Source.<Map<String, Object>>as(state.get("stream"));
                if (of.get("stream_descriptor").equals(Map.of("name", stream))) return as(of.get("stream_state"));
            }
        }
        return new LinkedHashMap<>();
    }

    private static Map<String, Object> object(String file) throws Exception {
        return as(Json.read(Files.readString(Path.of(file))));
    }

    @SuppressWarnings("unchecked")
    private static <T> T as(Object value) {
        return (T) value;
    }
}
