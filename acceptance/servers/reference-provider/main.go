// Command terraform-provider-reference is the peer that plinth's benchmarks
// are measured against: the smallest provider on terraform-plugin-framework
// that still has the schema shapes worth timing. It talks to nothing; what was
// planned is what is stored.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	dschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	rschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	address  = "registry.terraform.io/plinth/reference"
	typeName = "reference"
	version  = "0.1.0"
)

func main() {
	newProvider := func() provider.Provider { return reference{} }
	err := providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{Address: address})
	if err != nil {
		log.Fatal(err)
	}
}

// === reference ===

type reference struct{}

func (reference) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = typeName
	resp.Version = version
}

func (reference) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (reference) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (reference) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return item{} },
		func() resource.Resource { return bag{} },
	}
}

func (reference) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return probe{} },
	}
}

// resourceID is given once, at creation, and survives a changed name.
func resourceID() rschema.StringAttribute {
	return rschema.StringAttribute{
		Computed:      true,
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// === reference_item: flat attributes ===

type item struct{}

type itemModel struct {
	ID     types.String `tfsdk:"id"`
	Name   types.String `tfsdk:"name"`
	Labels types.Map    `tfsdk:"labels"`
	Size   types.Int64  `tfsdk:"size"`
}

func (item) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName + "_item"
}

func (item) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = rschema.Schema{Attributes: map[string]rschema.Attribute{
		"id":     resourceID(),
		"name":   rschema.StringAttribute{Required: true},
		"labels": rschema.MapAttribute{Optional: true, ElementType: types.StringType},
		"size":   rschema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(1)},
	}}
}

func (item) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model itemModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.ID = model.Name
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// Read leaves the state as it was handed in.
func (item) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (item) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var model itemModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// Delete has nothing to undo; the framework drops the state.
func (item) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// === reference_bag: a set of objects, with a default inside ===

type bag struct{}

type bagModel struct {
	ID    types.String `tfsdk:"id"`
	Name  types.String `tfsdk:"name"`
	Items types.Set    `tfsdk:"items"`
}

func (bag) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName + "_bag"
}

func (bag) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = rschema.Schema{Attributes: map[string]rschema.Attribute{
		"id":   resourceID(),
		"name": rschema.StringAttribute{Required: true},
		"items": rschema.SetNestedAttribute{
			Optional: true,
			NestedObject: rschema.NestedAttributeObject{Attributes: map[string]rschema.Attribute{
				"key":    rschema.StringAttribute{Required: true},
				"value":  rschema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("x")},
				"weight": rschema.Int64Attribute{Optional: true},
			}},
		},
	}}
}

func (bag) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model bagModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.ID = model.Name
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// Read leaves the state as it was handed in.
func (bag) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (bag) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var model bagModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// Delete has nothing to undo; the framework drops the state.
func (bag) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// === data.reference_probe: one value in, one value out ===

type probe struct{}

type probeModel struct {
	ID   types.String `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
}

func (probe) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = typeName + "_probe"
}

func (probe) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dschema.Schema{Attributes: map[string]dschema.Attribute{
		"id":   dschema.StringAttribute{Computed: true},
		"name": dschema.StringAttribute{Required: true},
	}}
}

func (probe) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model probeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.ID = model.Name
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
