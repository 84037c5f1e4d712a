// A client of the provincial axis in ten lines (.NET 8). 429 and 5xx may be tried again: the same packet sent twice is one.
using System.Net.Http.Json;

public sealed class AxisClient(string url, string systemId, string key)
{
    private readonly HttpClient http = new() { BaseAddress = new Uri($"{url}/v1/"), DefaultRequestHeaders = { { "X-SystemId", systemId }, { "X-SecretKey", key } } };

    public async Task<string> Call(string call, object body) => await (await http.PostAsJsonAsync(call, body)).Content.ReadAsStringAsync();
    public async Task<string> Send(byte[] edxml) => await (await http.PostAsync("sendEdoc", new ByteArrayContent(edxml))).Content.ReadAsStringAsync();
    public async Task<byte[]> Fetch(string docId) => await (await http.PostAsJsonAsync("getEdoc", new { docId })).EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
}
